// Member: what a node knows of another, for whoever shows it or chooses by it. A copy, good for ever.
#pragma once

#include <memory>

#include "gossip/action.hpp"
#include "gossip/node_table.hpp"
#include "gossip/tags.hpp"

namespace p2p::gossip {

struct Member {
  NodeInfoPtr info;                  ///< name, address, versions; never null
  std::shared_ptr<const Tags> tags;  ///< never null; empty when the meta is no tags. Shared until they change
  NodeState state = NodeState::dead;         ///< of SWIM: does it answer?
  MemberStatus status = MemberStatus::none;  ///< of Serf: and did it mean to go? Never `none`
  std::uint32_t incarnation = 0;
  TimePoint changed = 0;  ///< when `state` did
};

}  // namespace p2p::gossip
