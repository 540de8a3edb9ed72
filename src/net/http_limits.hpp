// HttpLimits: what the server bounds of what clients send, and what raising each bound costs (security.md,
// section 10; setup.md, section 4).
#pragma once

#include <chrono>
#include <cstddef>

namespace p2p {

struct HttpLimits {
  std::size_t request_line = 8 * 1024;  ///< 414 beyond
  std::size_t header_line = 8 * 1024;   ///< 431 beyond, as the next two
  std::size_t headers = 16 * 1024;
  std::size_t header_count = 100;
  std::size_t body = 1024 * 1024;               ///< memory per request
  std::size_t body_ceiling = 16 * 1024 * 1024;  ///< what a method may ask for at most
  std::chrono::seconds header_timeout{10};  ///< from the first byte of a request to the end of its headers
  std::chrono::seconds body_timeout{10};    ///< without a byte of the body; slow readers of answers likewise
  std::size_t body_rate = 1024;             ///< bytes a second, from the 5th second of a body on
  std::chrono::seconds idle_timeout{60};    ///< a connection with nothing to do
  std::chrono::seconds stream_timeout{60};  ///< a streamed answer of which the client takes nothing
  std::size_t connections = 10'000;         ///< one more is answered 503 and closed
  std::size_t connections_per_ip = 256;     ///< of foreign (not loopback) addresses
  std::size_t pipelined = 64;               ///< requests running at once on a connection; then it is not read
  std::size_t held = std::size_t{256} << 20;  ///< of all connections: bodies that come, answers that wait;
                                              ///< beyond it whoever holds most is closed
  std::size_t output = 1024 * 1024;  ///< bytes of answers waiting for a slow reader; then it is not read
};

}  // namespace p2p
