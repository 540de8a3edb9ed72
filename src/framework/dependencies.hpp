// What the dependencies of services mean for the order in which they start and stop. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace p2p {

/// Service -> the services it says it needs here.
using Dependencies = std::map<std::string, std::vector<std::string>, std::less<>>;

/// `dependencies` with `name@any` as `name`: it may run on any node, and this version of the node knows only
/// itself.
[[nodiscard]] std::vector<std::string> needed_here(std::vector<std::string> dependencies);

/// The ring that `service` stands in, spelt out ("a > b > a"), or empty.
[[nodiscard]] std::string find_cycle(const Dependencies& all, std::string_view service);

/// Those of `running` that no other running one depends on: what may stop next.
[[nodiscard]] std::vector<std::string> free_to_stop(const Dependencies& all,
                                                    const std::vector<std::string>& running);

}  // namespace p2p
