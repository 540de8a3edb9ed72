// The node's name, kept in nodes/<port>/node_id so that a node that was given one has it again at the next
// start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "state/state_dir.hpp"

namespace p2p {

/// [a-z0-9][a-z0-9._-]{0,62}
[[nodiscard]] bool is_node_id(std::string_view text) noexcept;

/// The name of the folder of the node at `port`, relative to the state directory: "nodes/8001".
[[nodiscard]] std::string node_folder(std::uint16_t port);

/// `given`, else the name given at an earlier start, else `<role>-<port>`; written down. A remembered default
/// of another role is not taken over. invalid_params when `given` is no node id.
[[nodiscard]] Result<std::string> settle_node_id(const StateDir& state, std::uint16_t port,
                                                 std::string_view given, std::string_view role);

}  // namespace p2p
