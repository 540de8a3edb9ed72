// HttpConnection: its life and its input. http_answers.cpp has the exchanges, http_output.cpp what is sent.
#include "net/impl/http_connection.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "net/impl/http_exchange.hpp"

namespace p2p {
namespace {

// What a client still sends once its connection is to be closed is read so that the answer reaches it, up to
// here.
constexpr std::size_t discard_bound = 4 * 1024 * 1024;

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpCore> core, UniqueFd socket, const Endpoint& client,
                               const Endpoint& server)
    : core_(std::move(core)),
      socket_(std::move(socket)),
      client_(client),
      server_(server),
      reader_(core_->limits),
      since_(core_->loop.clock().coarse_now()),
      last_read_(since_),
      last_write_(since_) {}

bool HttpConnection::start() {
  watched_ = EPOLLIN;
  if (!core_->poller.add(socket_.get(), watched_, *this)) return false;
  core_->add(shared_from_this(), client_);
  return true;
}

bool HttpConnection::may_read() const {
  if (input_ended_) return false;
  if (last_request_) return discarded_ <= discard_bound;
  return running_ < core_->limits.pipelined && output_size() < core_->limits.output;
}

/// Asks the poller for what can be used now. While nothing is read, the client's leaving is still seen.
void HttpConnection::watch() {
  if (!socket_) return;
  std::uint32_t wanted = 0;
  if (may_read()) {
    wanted = EPOLLIN;
  } else if (!input_ended_) {
    wanted = EPOLLRDHUP;
  }
  if (writing_) wanted |= EPOLLOUT;
  if (wanted == watched_) return;
  watched_ = wanted;
  core_->poller.change(socket_.get(), wanted, *this);
}

void HttpConnection::on_ready(std::uint32_t events) {
  const auto self = shared_from_this();
  if ((events & EPOLLIN) != 0 && may_read()) {
    if (!core_->holds_too_much()) receive();  // else after the relief, which this turn of the loop ends with
  } else if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    close();
  } else if ((events & EPOLLRDHUP) != 0) {
    end_of_input();
  }
  if ((events & EPOLLOUT) == 0 || !socket_) return;
  writing_ = false;
  pump();
}

void HttpConnection::receive() {
  const auto room = reader_.prepare();
  const auto count = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count < 0) return close();
  if (count == 0) return end_of_input();
  const auto size = static_cast<std::size_t>(count);
  core_->counters.bytes_in += size;
  last_read_ = core_->loop.clock().coarse_now();
  if (last_request_) return discard(size);
  reader_.commit(size);
  pump();
}

void HttpConnection::discard(std::size_t count) {
  discarded_ += count;
  if (lingering_ && !may_read()) return close();
  watch();
}

/// End of file is the client leaving (http-api.md, section 5); what is answered already is still sent.
void HttpConnection::end_of_input() {
  input_ended_ = last_request_ = true;
  continue_owed_ = false;
  drop_exchanges();
  flush();
  if (output_size() == 0) close();
  watch();
}

/// Everything that can be done now: requests to the handler, answers to the socket, the next read.
void HttpConnection::pump() {
  pumping_ = true;
  bool more = true;
  while (more) {
    more = hand_out_what_is_complete();
    flush();
    more = more && !writing_;
  }
  pumping_ = false;
  if (last_request_) reader_.stop();
  note_phase();
  // Nothing of it is held by one whose requests are answered at once and who reads.
  if (counted_ > 0 || writing_ || first_ != nullptr || reader_.grown() > 0) count_held();
  watch();
  if (streams_ > 0) wake_writers();
}

void HttpConnection::count_held() {
  std::size_t held = socket_ ? output_size() + reader_.grown() : 0;
  for (const auto* exchange = first_; exchange != nullptr; exchange = exchange->next)
    held += exchange->ready.size();
  core_->note_held(counted_, held);
  counted_ = held;
}

/// True when it stopped because of the answers that wait to be sent.
bool HttpConnection::hand_out_what_is_complete() {
  using Event = HttpReader::Event;
  const auto& limits = core_->limits;
  while (socket_ && !last_request_ && running_ < limits.pipelined) {
    if (output_size() >= limits.output) return true;
    switch (reader_.next()) {
      case Event::need_more: return false;
      case Event::ask_limit: ask_body_limit(); break;
      case Event::want_continue: say_continue(); break;
      case Event::request: hand_out(); break;
      case Event::refused: refuse(reader_.refusal()); break;
      case Event::not_http: not_http(); break;
    }
  }
  return false;
}

void HttpConnection::not_http() {
  const std::string_view read = reader_.unread();
  if (core_->diverted.find(read.front()) == std::string::npos) {
    ++core_->counters.rejected_not_http;
    return close();
  }
  HttpServer::Diverted diverted{{}, client_, std::string(read)};
  core_->poller.remove(socket_.get(), *this);
  diverted.socket = std::move(socket_);
  last_request_ = true;
  const auto self = core_->remove(*this, client_);
  core_->divert(std::move(diverted));
}

HttpRequest HttpConnection::request() const {
  const auto& head = reader_.head();
  HttpRequest request;
  request.method = head.method;
  request.target = head.target;
  request.path = head.path;
  request.query = head.query;
  request.body = reader_.body();
  request.oversized = reader_.oversized();
  request.client = &client_;
  request.server = &server_;
  request.fields = head.fields;
  return request;
}

void HttpConnection::ask_body_limit() { reader_.limit_body(core_->handler.body_limit(request())); }

void HttpConnection::say_continue() {
  if (first_ != nullptr) {
    continue_owed_ = true;  // answers go out in the order of the requests, this one too
  } else {
    output_.append("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

void HttpConnection::hand_out() {
  const auto& head = reader_.head();
  auto& exchange = take_exchange();
  exchange.head_only = head.method == "HEAD";
  exchange.http_1_0 = head.http_1_0;
  exchange.close = !head.keep_alive || head.http_1_0 || reader_.oversized();
  last_request_ = exchange.close;
  ++core_->counters.requests;
  if (reader_.oversized()) {
    ++core_->counters.rejected_limit;
    ++core_->counters.over_body;
    core_->report(Errc::too_large, client_, "body over its limit");
  }
  core_->handler.on_request(request(), exchange);
  // Answered within the call, as most are: nothing to keep. The connection outlives this call by its read.
  if (exchange.state == Exchange::State::running) exchange.keep = shared_from_this();
  reader_.pop();
}

void HttpConnection::note_phase() {
  const auto phase = reader_.phase();
  if (phase == phase_ && !std::exchange(served_, false)) return;
  phase_ = phase;
  since_ = core_->loop.clock().coarse_now();
}

std::optional<HttpRefusal> HttpConnection::overdue(Instant now) const {
  const auto& limits = core_->limits;
  const auto age = now - since_;
  if (phase_ == HttpReader::Phase::head) {
    if (age >= limits.header_timeout) return HttpRefusal{Errc::request_timeout, "the headers took too long"};
  } else if (phase_ == HttpReader::Phase::body) {
    if (now - last_read_ >= limits.body_timeout)
      return HttpRefusal{Errc::request_timeout, "the body stopped coming"};
    const auto least = static_cast<double>(limits.body_rate) * seconds(age);
    if (age >= std::chrono::seconds(5) && static_cast<double>(reader_.body_received()) < least) {
      return HttpRefusal{Errc::request_timeout, "the body came too slowly"};
    }
  }
  return std::nullopt;
}

void HttpConnection::sweep(Instant now) {
  if (lingering_) {
    if (now - since_ >= std::chrono::seconds(1)) close();
  } else if (writing_) {
    const bool stream = first_ != nullptr && first_->begun;
    if (now - last_write_ < (stream ? core_->limits.stream_timeout : core_->limits.body_timeout)) return;
    ++core_->counters.rejected_timeout;
    core_->report(Errc::request_timeout, client_, "does not read its answers");
    close();
  } else if (output_size() > 0 || running_ > 0 || last_request_) {
    return;
  } else if (phase_ == HttpReader::Phase::idle) {
    if (now - since_ >= core_->limits.idle_timeout) close();
  } else if (const auto refusal = overdue(now)) {
    refuse(*refusal);
  }
}

void HttpConnection::drain() {
  tell_of_stop();
  if (running_ > 0 || output_size() > 0 || last_request_ || phase_ != HttpReader::Phase::idle) return;
  char byte = 0;
  const auto waiting = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (waiting <= 0) close();  // else a request is on its way: it is answered, and closed then
}

}  // namespace p2p
