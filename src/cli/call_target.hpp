// Where a call is to run: --target as it stands, or the one node that the selectors choose.
#pragma once

#include "cli/invocation.hpp"
#include "client/p2p_client.hpp"

namespace p2p {

struct CallTarget {
  std::string text;  ///< for the API; empty: the node chooses
  bool nothing_matched = false;
};

/// Exactly one node that is alive must match the selectors: invalid_params with the list of those that do
/// otherwise, node_not_found for an exact name that nobody has.
[[nodiscard]] Result<CallTarget> target_of(const Invocation& said, P2PClient& client);

}  // namespace p2p
