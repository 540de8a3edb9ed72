#include "net/http_reader.hpp"

#include <algorithm>
#include <utility>

namespace p2p {

using Event = HttpReader::Event;

std::span<char> HttpReader::prepare() {
  constexpr std::size_t least = 2 * 1024;  // less would be a system call for a handful of bytes
  constexpr std::size_t keep = 64 * 1024;  // a buffer that grew over this is given back
  if (buffer_.empty() && buffer_.capacity() > keep) buffer_ = {};
  return buffer_.prepare(least, [this](const char* from, const char* to) { head_.rebase(from, to); });
}

Event HttpReader::next() {
  switch (at_) {
    case At::first_byte: return read_first();
    case At::head: return read_head_bytes();
    case At::limit: return Event::ask_limit;
    case At::body: return read_body();
    case At::ready:
    case At::oversized: return Event::request;
    case At::stopped: return Event::need_more;
  }
  std::unreachable();
}

/// The port is not ours alone for ever: what does not begin like HTTP is none (architecture.md, decision 6).
Event HttpReader::read_first() {
  if (buffer_.empty()) return Event::need_more;
  const auto first = *buffer_.data();
  if (first < 'A' || first > 'Z') {
    at_ = At::stopped;  // what was read stays: it may be somebody else's
    return Event::not_http;
  }
  at_ = At::head;
  return read_head_bytes();
}

Event HttpReader::refuse(const HttpRefusal& refusal) {
  stop();
  refusal_ = refusal;
  return Event::refused;
}

Event HttpReader::read_head_bytes() {
  if (buffer_.empty()) return Event::need_more;
  switch (scan_.scan(buffer_.view())) {
    case HttpHeadScan::State::more: return Event::need_more;
    case HttpHeadScan::State::refused: return refuse(scan_.refusal());
    case HttpHeadScan::State::complete: break;
  }
  if (auto refusal = read_head(buffer_.view().substr(0, scan_.size()), head_)) return refuse(*refusal);
  body_size_ = body_received_ = 0;
  request_size_ = scan_.size();
  body_limit_ = limits_->body;
  if (head_.chunked || head_.content_length.value_or(0) > body_limit_) {
    at_ = At::limit;
    return Event::ask_limit;
  }
  return begin_body();
}

void HttpReader::limit_body(std::size_t limit) {
  body_limit_ = std::min(limit, limits_->body_ceiling);
  const bool known_over = head_.content_length.value_or(0) > body_limit_;
  at_ = known_over ? At::oversized : At::body;
  chunks_ = HttpChunks(body_limit_);
  continue_asked_ = head_.expects_continue;
}

Event HttpReader::begin_body() {
  at_ = At::body;
  continue_asked_ = head_.expects_continue;
  return read_body();
}

Event HttpReader::read_body() {
  const auto event = head_.chunked ? read_chunks() : read_length();
  if (event != Event::need_more || !std::exchange(continue_asked_, false)) return event;
  return body_received_ == 0 ? Event::want_continue : event;
}

Event HttpReader::read_length() {
  const auto wanted = static_cast<std::size_t>(head_.content_length.value_or(0));
  body_received_ = std::min(wanted, buffer_.size() - scan_.size());
  if (body_received_ < wanted) return Event::need_more;
  body_size_ = wanted;
  request_size_ = scan_.size() + wanted;
  at_ = At::ready;
  return Event::request;
}

/// Decodes in place: the data moves up to the head, over the sizes between.
Event HttpReader::read_chunks() {
  const auto from = scan_.size() + body_size_;
  const auto step = chunks_.decode(buffer_.view().substr(from), buffer_.data() + from);
  body_size_ += step.written;
  body_received_ += step.taken;
  request_size_ = from + step.taken;
  switch (step.state) {
    case HttpChunks::State::more: buffer_.truncate(scan_.size() + body_size_); return Event::need_more;
    case HttpChunks::State::done: at_ = At::ready; return Event::request;
    case HttpChunks::State::oversized: at_ = At::oversized; return Event::request;
    case HttpChunks::State::refused: return refuse({Errc::invalid_request, chunks_.detail()});
  }
  std::unreachable();
}

std::string_view HttpReader::body() const noexcept {
  if (at_ != At::ready) return {};
  return buffer_.view().substr(scan_.size(), body_size_);
}

void HttpReader::pop() {
  if (at_ == At::oversized) return stop();
  if (at_ != At::ready) return;
  buffer_.consume(request_size_);
  buffer_.give_back(keep_capacity);
  scan_.reset();
  at_ = At::head;
}

void HttpReader::stop() {
  at_ = At::stopped;
  head_.clear();
  buffer_.consume(buffer_.size());
}

HttpReader::Phase HttpReader::phase() const noexcept {
  switch (at_) {
    case At::first_byte:
    case At::head: return buffer_.empty() ? Phase::idle : Phase::head;
    case At::limit:
    case At::body: return Phase::body;
    case At::ready:
    case At::oversized: return Phase::idle;
    case At::stopped: return Phase::stopped;
  }
  std::unreachable();
}

}  // namespace p2p
