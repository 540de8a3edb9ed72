// What makes a cluster one: its id and its keys, made at the first start and never again (security.md,
// section 4).
//
//   cluster.json       {"cluster_id": 32 hexadecimal digits, "format": 1}
//   cluster.key        32 bytes; peer proof and other keys are derived from it
//   jwt/ed25519.seed   32 bytes; signs tokens
//
// A file that is torn or not readable is an error that names it: a new one would cut the node off from its
// cluster.
#pragma once

#include <string>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "state/state_dir.hpp"

namespace p2p {

struct ClusterKeys {
  std::string cluster_id;
  Secret cluster_key;
  Secret jwt_seed;
};

/// Nodes that start together get the same ones.
[[nodiscard]] Result<ClusterKeys> load_cluster_keys(const StateDir& state, Random& random);

}  // namespace p2p
