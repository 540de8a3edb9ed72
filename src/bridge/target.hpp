// Target: where a call should run, as a selector says it: nothing or "auto", "local", a node id, a role
// ("coordinator", "role:worker") or a tag ("tag:disk=ssd"). One node runs the call; a glob is for broadcasts.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "bridge/node_tags.hpp"

namespace p2p {

struct Target {
  enum class Kind { any, local, node, role, tag };
  Kind kind = Kind::any;
  std::string_view name;   ///< node id, role or tag key: a view into the selector
  std::string_view value;  ///< of a tag; empty: any

  /// invalid_params for a glob or what is no selector.
  [[nodiscard]] static Result<Target> parse(std::string_view selector);
};

/// What a target is compared with: this node.
struct Self {
  std::string node_id;
  std::string role;                ///< "coordinator" or "worker"
  const NodeTags* tags = nullptr;  ///< none when null
};

/// Whether a call to `target` runs on this node. node_not_found when it would have to run on another one:
/// this version reaches none.
[[nodiscard]] Result<void> runs_here(const Target& target, const Self& self);

}  // namespace p2p
