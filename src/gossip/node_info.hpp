// NodeInfo: what one announcement (memberlist's `alive`) says of a node. Never changed once made, so that
// tables, queues and messages of one process share it: 10,000 simulated nodes hold 10,000 of them, not
// 100,000,000.
//
// Threads: any may read and let go of it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "base/endpoint.hpp"

namespace p2p::gossip {

using Bytes = std::string;  ///< not text

/// memberlist's `Vsn`: lowest, highest and spoken version of the protocol, then the same three of Serf's.
using ProtocolVersions = std::array<std::uint8_t, 6>;
inline constexpr ProtocolVersions our_versions{1, 5, 2, 2, 5, 5};

struct NodeInfo : boost::intrusive_ref_counter<NodeInfo, boost::thread_safe_counter> {
  NodeInfo(std::string name_, Endpoint at_, Bytes meta_, ProtocolVersions versions_ = our_versions)
      : name(std::move(name_)), at(at_), meta(std::move(meta_)), versions(versions_) {}

  const std::string name;  ///< the node's id
  const Endpoint at;
  const Bytes meta;  ///< tags, encoded as gossip-wire 10.2 says; at most 512 bytes
  const ProtocolVersions versions;

  [[nodiscard]] bool says_the_same(const NodeInfo& other) const {
    return name == other.name && at == other.at && meta == other.meta && versions == other.versions;
  }
};
using NodeInfoPtr = boost::intrusive_ptr<const NodeInfo>;

}  // namespace p2p::gossip
