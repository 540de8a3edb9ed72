// Caller: who asks. Made by auth from a token, or by the node for a service that acts by itself; it travels
// with the call and with every call made in its name, so a service never has more rights than its user.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <p2p/context.hpp>

#include "base/clock.hpp"
#include "model/method_path.hpp"

namespace p2p {

/// A scope only narrows a role: "rpc:system/*", "rpc:deploy/run@node-7", "read:cluster", "admin:broadcast"
/// (security.md, section 6.3). A glob `*` may stand as the last part alone.
struct Scope {
  std::string text;
};

struct Caller {
  std::string subject;  ///< of the token, or "service:<name>@<node>"
  Role role = Role::none;
  std::string jti;            ///< of the token; the log shows its first 8 characters
  std::string amr;            ///< how the token was got: "local", "token"; empty for services
  std::vector<Scope> scopes;  ///< empty: the whole role
  WallTime expires{};

  /// Whether the scopes let this caller run `path` on `node`. True without scopes.
  [[nodiscard]] bool may_call(const MethodPath& path, std::string_view node) const;
  /// Whether the scopes hold `scope` ("read:cluster"). True without scopes.
  [[nodiscard]] bool in_scope(std::string_view scope) const;
};

using CallerPtr = std::shared_ptr<const Caller>;

}  // namespace p2p
