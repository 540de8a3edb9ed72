// Messages to try things with.
#pragma once

#include <random>
#include <string>

#include "gossip/message.hpp"

namespace p2p::gossip::test_messages {

inline Endpoint v4(std::uint8_t last, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.address = {10, 0, 0, last};
  endpoint.port = port;
  return endpoint;
}
inline Endpoint v6(std::uint16_t port) { return Endpoint::parse("fd00::1:2", port).value(); }

inline NodeInfoPtr node(std::string name, Endpoint at, Bytes meta = {},
                        ProtocolVersions versions = our_versions) {
  return NodeInfoPtr(new NodeInfo(std::move(name), at, std::move(meta), versions));
}

/// Sizes on both sides of where msgpack's forms change.
inline Bytes any_bytes(std::mt19937_64& random, std::size_t limit) {
  constexpr std::size_t sizes[] = {0, 1, 5, 31, 32, 33, 200, 255, 256, 511};
  Bytes bytes(std::min(limit, sizes[random() % std::size(sizes)]), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}
inline std::uint32_t any_number(std::mt19937_64& random) {
  return static_cast<std::uint32_t>(random() & 0xffff'ffff) >> random() % 32;
}
inline Endpoint any_endpoint(std::mt19937_64& random) {
  const auto port = static_cast<std::uint16_t>(any_number(random));
  return random() % 2 == 0 ? v6(port) : v4(static_cast<std::uint8_t>(random()), port);
}
inline NodeInfoPtr any_node(std::mt19937_64& random) {
  return node("n" + any_bytes(random, 254), any_endpoint(random), any_bytes(random, 512));
}

inline Message any_message(std::mt19937_64& random) {
  const std::uint32_t number = any_number(random);
  const auto name = [&] { return any_bytes(random, 255); };
  const auto source = [&] { return random() % 2 == 0 ? std::nullopt : std::optional(any_endpoint(random)); };
  switch (random() % 10) {
    case 0: return Ping{.seq = number, .node = name(), .source = source(), .source_node = name()};
    case 1:
      return IndirectPing{.seq = number,
                          .target = any_endpoint(random),
                          .node = name(),
                          .nack = random() % 2 == 0,
                          .source = source(),
                          .source_node = name()};
    case 2: return Ack{.seq = number, .payload = random() % 2 == 0 ? std::nullopt : std::optional(name())};
    case 3: return Nack{.seq = number};
    case 4: return Suspect{.incarnation = number, .node = name(), .from = name()};
    case 5: return Dead{.incarnation = number, .node = name(), .from = name()};
    case 6: return Alive{.incarnation = number, .info = any_node(random)};
    case 7: {
      PushPull state{.join = random() % 2 == 0, .nodes = {}, .user_state = any_bytes(random, 512)};
      for (auto count = random() % 20; count > 0; --count)
        state.nodes.push_back({.info = any_node(random),
                               .incarnation = any_number(random),
                               .state = static_cast<NodeState>(random() % 4)});
      return state;
    }
    case 8: return User{.body = any_bytes(random, 512)};
    default: return ErrorReply{.error = any_bytes(random, 512)};
  }
}

}  // namespace p2p::gossip::test_messages
