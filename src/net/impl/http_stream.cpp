// HttpConnection: answers that come in pieces. A stream whose turn has not come collects its pieces in its
// exchange; at its turn they go to the output, and further ones straight there.
#include <utility>

#include "net/impl/http_connection.hpp"
#include "net/impl/http_exchange.hpp"

namespace p2p {

std::string& HttpConnection::place_of(Exchange& exchange) {
  return &exchange == first_ ? output_ : exchange.ready;
}

void HttpConnection::begin(Exchange& exchange, const HttpAnswer& answer) {
  exchange.begun = true;
  if (exchange.dropped) return;
  ++streams_;
  note_last(exchange, answer);
  core_->writer.write_head(
      place_of(exchange), answer,
      exchange.http_1_0 ? AnswerWriter::Coding::until_close : AnswerWriter::Coding::chunked,
      exchange.close ? AnswerWriter::After::close : AnswerWriter::After::keep_open, exchange.besides);
  send(exchange, answer.body);
  if (!pumping_) answered_later();
}

void HttpConnection::send(Exchange& exchange, std::string_view piece) {
  if (exchange.dropped || exchange.head_only || piece.empty()) return;
  if (exchange.http_1_0)
    place_of(exchange).append(piece);
  else
    append_chunk(place_of(exchange), piece);
  if (!pumping_) answered_later();
}

void HttpConnection::end(Exchange& exchange, bool complete) {
  if (!exchange.dropped) {
    --streams_;
    const bool chunked = !exchange.http_1_0 && !exchange.head_only;
    if (complete && chunked) place_of(exchange).append(last_chunk);
    if (!complete) exchange.close = true;
    exchange.broken = !complete && exchange.http_1_0 && !exchange.head_only;
  }
  finish(exchange);
}

std::size_t HttpConnection::queued(const Exchange& exchange) const {
  if (exchange.dropped) return 0;
  return &exchange == first_ ? output_size() : exchange.ready.size();
}

/// Posts a look at one that waits to write on; never inside its own call.
void HttpConnection::wake_writer(Exchange& exchange) {
  if (exchange.waking || exchange.dropped || !exchange.writable || queued(exchange) >= stream_room) return;
  exchange.waking = true;
  core_->loop.post([self = shared_from_this(), &exchange, use = exchange.use] {
    if (exchange.use != use) return;  // ended since
    exchange.waking = false;
    if (!exchange.dropped && exchange.writable && self->queued(exchange) < stream_room)
      std::exchange(exchange.writable, {})();
  });
}

void HttpConnection::wake_writers() {
  for (auto* exchange = first_; exchange != nullptr; exchange = exchange->next) wake_writer(*exchange);
}

void HttpConnection::tell_of_stop() {
  // One that is told may end several: each look begins anew, and each is told once.
  std::vector<std::pair<Exchange*, std::uint32_t>> running;
  for (auto* exchange = first_; exchange != nullptr; exchange = exchange->next)
    running.emplace_back(exchange, exchange->use);
  for (const auto& [exchange, use] : running)
    if (exchange->use == use && exchange->abort != nullptr) exchange->abort->server_stops();
}

}  // namespace p2p
