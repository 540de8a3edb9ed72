// NodeRecord: an alive, or a node of a push/pull, as it was written. Sense is looked for only when it has
// been read: a node without any is left out of a push/pull, while one that cannot be read spoils it.
#pragma once

#include <cstdint>
#include <string_view>

#include "gossip/msgpack.hpp"
#include "gossip/node_info.hpp"

namespace p2p::gossip {

/// Views into what was read.
struct NodeRecord {
  std::string_view node, address, meta;
  std::uint64_t port = 0, incarnation = 0, state = 0;
  ProtocolVersions versions{};
  std::uint64_t version_count = 0;  ///< there may be more than six; fewer have ended agents

  /// Takes the value of `key`, or returns false. The name has one key in an alive and another in a push/pull.
  bool read(MsgpackReader& in, std::string_view key, std::string_view name_key);
  /// What makes no sense; empty when all does.
  [[nodiscard]] std::string_view complaint() const;
  /// Only without a complaint.
  [[nodiscard]] NodeInfoPtr info() const;

 private:
  void read_versions(MsgpackReader& in);
};

}  // namespace p2p::gossip
