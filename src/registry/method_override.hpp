// MethodOverride: the operator's word on one method, from `methods.<name>` of service.toml (service-sdk.md,
// sections 2.1 and 9). What is not set stays as the code says. `threadsafe` and `stream` are facts about the
// code and are not here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <p2p/context.hpp>

namespace p2p {

struct MethodEntry;

struct MethodOverride {
  std::optional<bool> enabled{};  ///< false: the method does not exist, for services neither
  std::optional<bool> is_public{}, idempotent{}, broadcastable{};
  std::optional<Role> role{};
  std::optional<std::int64_t> timeout_ns{}, cache_ttl_ns{}, max_concurrency{}, max_body{};
  std::optional<std::string> description{}, cache_scope{}, cache_tags{};
  std::optional<std::vector<std::string>> secrets{};  ///< names of parameters
  int line = 0, column = 0;                           ///< where it stands in service.toml

  [[nodiscard]] bool operator==(const MethodOverride&) const = default;
};

/// By the method's name.
using MethodOverrides = std::map<std::string, MethodOverride, std::less<>>;

/// Puts the operator's words into `entry`. Returns what they loosen, as sentences for a warning: "public,
/// where the code says it is not".
std::vector<std::string> apply(const MethodOverride& words, MethodEntry& entry);

}  // namespace p2p
