// What is said of a service that has waited long for another one: the most common cause is a name that is not
// quite that of a folder.
#pragma once

#include <string>
#include <vector>

namespace p2p {

/// `step` as the node tells it: "wait for shop". `names`: of all services there.
[[nodiscard]] std::string waiting_text(const std::string& step, std::vector<std::string> names);

}  // namespace p2p
