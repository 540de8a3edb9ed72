#include "bridge/target.hpp"

#include <algorithm>

namespace p2p {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

Result<void> elsewhere(std::string_view wanted, const Self& self) {
  return fail(Errc::node_not_found, "no node " + std::string(wanted) + " is known here; this node is " +
                                        self.node_id + " (" + self.role +
                                        ") and does not reach others in this version");
}

}  // namespace

Result<Target> Target::parse(std::string_view selector) {
  if (selector.empty() || selector == "auto") return Target{};
  if (selector == "local") return Target{Kind::local, {}, {}};
  if (selector.find_first_of("*?[") != selector.npos)
    return fail(Errc::invalid_params,
                "target: a call runs on one node; to call every node that matches, broadcast");
  if (selector == "coordinator" || selector == "worker") return Target{Kind::role, selector, {}};
  if (selector.starts_with("role:")) {
    const std::string_view role = selector.substr(5);
    if (role == "coordinator" || role == "worker") return Target{Kind::role, role, {}};
    return fail(Errc::invalid_params, "target: roles are coordinator and worker");
  }
  if (selector.starts_with("tag:")) {
    const std::string_view tag = selector.substr(4);
    const auto equals = tag.find('=');
    const std::string_view key = tag.substr(0, equals);
    const std::string_view value = equals == tag.npos ? std::string_view{} : tag.substr(equals + 1);
    if (is_word(key)) return Target{Kind::tag, key, value};
  } else if (is_word(selector)) {
    return Target{Kind::node, selector, {}};
  }
  return fail(Errc::invalid_params,
              "target: expected auto, local, a node id, coordinator, worker, role:... or tag:key=value");
}

Result<void> runs_here(const Target& target, const Self& self) {
  switch (target.kind) {
    case Target::Kind::any:
    case Target::Kind::local: return {};
    case Target::Kind::node:
      return target.name == self.node_id ? Result<void>{} : elsewhere(target.name, self);
    case Target::Kind::role: return target.name == self.role ? Result<void>{} : elsewhere(target.name, self);
    case Target::Kind::tag:
      if (self.tags != nullptr && self.tags->has(target.name, target.value)) return {};
      return elsewhere("with tag " + std::string(target.name) +
                           (target.value.empty() ? "" : '=' + std::string(target.value)),
                       self);
  }
  return {};
}

}  // namespace p2p
