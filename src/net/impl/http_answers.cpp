// HttpConnection: its exchanges. Answers may come in any order and leave in the order of the requests.
#include <utility>

#include "net/impl/http_connection.hpp"
#include "net/impl/http_exchange.hpp"

namespace p2p {
namespace {

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

/// The statuses of what the server refuses by itself; all others are the handler's.
int status_of(Errc code) {
  if (code == Errc::request_timeout) return 408;
  if (code == Errc::uri_too_long) return 414;
  if (code == Errc::headers_too_large) return 431;
  if (code == Errc::overloaded) return 503;
  return 400;
}

Tally& counter_of(Errc code, HttpCounters& counters) {
  if (code == Errc::request_timeout) return counters.rejected_timeout;
  if (code == Errc::overloaded) return counters.rejected_full;
  if (code == Errc::invalid_request) return counters.rejected_framing;
  return counters.rejected_limit;
}

}  // namespace

HttpConnection::~HttpConnection() = default;  // here, where Exchange is complete

HttpConnection::Exchange& HttpConnection::take_exchange() {
  if (free_ == nullptr) {
    exchanges_.push_back(std::make_unique<Exchange>(*this));
    free_ = exchanges_.back().get();
  }
  auto& exchange = *std::exchange(free_, free_->next);
  exchange.next = nullptr;
  exchange.besides = {};
  exchange.state = Exchange::State::running;
  exchange.head_only = exchange.close = exchange.dropped = exchange.http_1_0 = false;
  (first_ == nullptr ? first_ : last_->next) = &exchange;
  last_ = &exchange;
  ++running_;
  ++core_->counters.running;
  return exchange;
}

void HttpConnection::recycle(Exchange& exchange) {
  exchange.state = Exchange::State::free;
  exchange.dropped = exchange.begun = exchange.broken = exchange.waking = false;
  exchange.abort = nullptr;
  exchange.writable = {};
  ++exchange.use;
  exchange.next = std::exchange(free_, &exchange);
}

void HttpConnection::answer(Exchange& exchange, const HttpAnswer& answer) {
  if (!exchange.dropped) put(exchange, answer);
  finish(exchange);
}

/// The answer is complete: it and those that waited for it leave.
void HttpConnection::finish(Exchange& exchange) {
  const auto keep = std::move(exchange.keep);  // may be the last: then all ends with this call
  --core_->counters.running;
  if (exchange.dropped) return recycle(exchange);
  exchange.abort = nullptr;
  exchange.state = Exchange::State::answered;
  served_ = true;
  if (first_ == &exchange) advance();
  if (!pumping_) answered_later();
}

/// Whether the connection closes after this answer.
void HttpConnection::note_last(Exchange& exchange, const HttpAnswer& answer) {
  const bool drained = core_->draining && exchange.next == nullptr;
  exchange.close = exchange.close || answer.close || drained;
}

/// Writes the answer behind those before it, or keeps it until they are there.
void HttpConnection::put(Exchange& exchange, const HttpAnswer& answer) {
  note_last(exchange, answer);
  core_->writer.write(&exchange == first_ ? output_ : exchange.ready, answer,
                      exchange.head_only ? AnswerWriter::Body::leave_out : AnswerWriter::Body::send,
                      exchange.close ? AnswerWriter::After::close : AnswerWriter::After::keep_open,
                      exchange.besides);
}

/// Takes the answered exchanges from the front.
void HttpConnection::advance() {
  while (first_ != nullptr && first_->state == Exchange::State::answered) {
    auto& exchange = *std::exchange(first_, first_->next);
    --running_;
    output_.append(exchange.ready);
    exchange.ready.clear();
    const bool close = exchange.close;
    reset_at_end_ = exchange.broken;
    recycle(exchange);
    if (close) {
      last_answer_ = last_request_ = true;
      return drop_exchanges();
    }
  }
  if (first_ == nullptr && std::exchange(continue_owed_, false)) output_.append(continue_line);
  if (first_ != nullptr && first_->begun)
    output_.append(std::exchange(first_->ready, {}));  // its turn has come
}

/// An answer that came outside of on_request. Where more are expected, those of one turn of the loop share a
/// write.
void HttpConnection::answered_later() {
  if (!socket_ || flush_posted_) return;
  if (running_ == 0) return pump();
  flush_posted_ = true;
  core_->loop.post([self = shared_from_this()] {
    self->flush_posted_ = false;
    if (self->socket_) self->pump();
  });
}

/// The client is gone, or its connection ends with an earlier answer: what still runs is told, its answers go
/// nowhere.
void HttpConnection::drop_exchanges() {
  std::vector<Exchange*> running;
  for (auto* exchange = std::exchange(first_, nullptr); exchange != nullptr;) {
    auto& dropped = *std::exchange(exchange, exchange->next);
    dropped.ready.clear();
    if (dropped.state == Exchange::State::answered) {
      recycle(dropped);
    } else {
      dropped.dropped = true;
      dropped.writable = {};
      running.push_back(&dropped);
    }
  }
  last_ = nullptr;
  running_ = streams_ = 0;
  for (auto* exchange : running) {
    if (exchange->dropped) exchange->tell();  // one may answer another
  }
}

void HttpConnection::refuse(const HttpRefusal& refusal) {
  ++counter_of(refusal.code, core_->counters);
  if (refusal.code == Errc::uri_too_long) ++core_->counters.over_request_line;
  if (refusal.code == Errc::headers_too_large) ++core_->counters.over_headers;
  if (refusal.code == Errc::too_large) ++core_->counters.over_body;
  core_->report(refusal.code, client_, refusal.detail);
  last_request_ = true;
  auto& exchange = take_exchange();
  std::string headers;
  const auto body = core_->handler.refusal(refusal.code, refusal.detail, headers);
  exchange.respond({.status = status_of(refusal.code),
                    .content_type = "application/problem+json",
                    .headers = headers,
                    .body = body,
                    .close = true});
}

void HttpConnection::turn_away(Errc code, std::string_view detail) { refuse({code, detail}); }

}  // namespace p2p
