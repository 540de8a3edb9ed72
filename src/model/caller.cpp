#include "model/caller.hpp"

#include <algorithm>

namespace p2p {
namespace {

constexpr std::string_view rpc = "rpc:";

// "deploy/run", "deploy.run", "deploy/*" or "*" against a path. What is written wrong lets nobody in.
bool covers_path(std::string_view pattern, const MethodPath& path) {
  if (pattern == "*") return true;
  const std::size_t mark = pattern.find_first_of("/.");
  if (mark == std::string_view::npos || pattern.substr(0, mark) != path.service) return false;
  const std::string_view method = pattern.substr(mark + 1);
  return method == "*" || method == path.method;
}

// "rpc:deploy/run@node-7": a scope may name the one node it holds on.
bool covers_call(std::string_view scope, const MethodPath& path, std::string_view node) {
  if (!scope.starts_with(rpc)) return false;
  scope.remove_prefix(rpc.size());
  const std::size_t at = scope.find('@');
  if (at != std::string_view::npos && (node.empty() || scope.substr(at + 1) != node)) return false;
  return covers_path(scope.substr(0, at), path);
}

// "read:cluster" by itself or by "read:*".
bool covers_word(std::string_view held, std::string_view wanted) {
  if (held == wanted) return true;
  if (!held.ends_with(":*")) return false;
  const std::string_view kind = held.substr(0, held.size() - 1);
  return wanted.size() > kind.size() && wanted.starts_with(kind);
}

}  // namespace

bool Caller::may_call(const MethodPath& path, std::string_view node) const {
  return scopes.empty() ||
         std::ranges::any_of(scopes, [&](const Scope& scope) { return covers_call(scope.text, path, node); });
}

bool Caller::in_scope(std::string_view scope) const {
  return scopes.empty() ||
         std::ranges::any_of(scopes, [&](const Scope& held) { return covers_word(held.text, scope); });
}

}  // namespace p2p
