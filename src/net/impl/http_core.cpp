#include "net/impl/http_core.hpp"

#include <algorithm>
#include <string>

#include "net/impl/http_connection.hpp"

namespace p2p {

void HttpCore::add(std::shared_ptr<HttpConnection> connection, const Endpoint& client) {
  connection->place = connections_.size();
  connections_.push_back(std::move(connection));
  ++counters.connections;
  ++counters.accepted;
  room->add(client);
}

std::shared_ptr<HttpConnection> HttpCore::remove(HttpConnection& connection, const Endpoint& client) {
  auto& last = connections_.back();
  last->place = connection.place;
  std::swap(connections_[connection.place], last);
  auto removed = std::move(last);
  connections_.pop_back();
  --counters.connections;
  room->remove(client);
  if (on_room) on_room();
  if (connections_.empty() && when_empty) loop.post(std::exchange(when_empty, {}));
  return removed;
}

void HttpCore::relieve_soon() {
  if (relief_ != 0) return;
  relief_ = loop.post_at(loop.clock().now(), [this] {
    relief_ = 0;
    relieve();
  });
}

void HttpCore::relieve() {
  while (holds_too_much() && !connections_.empty()) {
    const auto most = *std::ranges::max_element(connections_, {},
                                                [](const auto& connection) { return connection->held(); });
    if (most->held() == 0) return;
    ++counters.rejected_full;
    report(Errc::too_large, most->client(),
           "closed: its connection held most of all that waits to be sent or to be complete, " +
               std::to_string(most->held() >> 20) + " MiB");
    most->close();
  }
}

void HttpCore::report(Errc code, const Endpoint& client, std::string_view detail) {
  const auto now = loop.clock().coarse_now();
  const auto [last, fresh] = reported_.try_emplace(code, now);
  if (!fresh && now - last->second < std::chrono::minutes(1)) return;
  last->second = now;
  log.warn("Http", "{} from {}: {}", errc_name(code), client.text(), detail);
}

}  // namespace p2p
