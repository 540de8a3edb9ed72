// The lists: nodes, services, methods. What their columns are, and how one is shown in any format.
#pragma once

#include <functional>

#include "cli/node_link.hpp"
#include "cli/table.hpp"
#include "cli/world.hpp"

namespace p2p {

extern const ListForm node_list, service_list, method_list;
[[nodiscard]] std::span<const ListForm* const> all_lists() noexcept;

/// How a table looks here and now.
[[nodiscard]] TableLook look_of(const World& world);

/// In the wanted format.
void show_list(World& world, const ListForm& form, const Value& document);

/// All pages of a list of the API as one document.
[[nodiscard]] Result<Value> fetch_list(P2PClient& client, const QueryText& target, const ListForm& form);

/// Shows what `fetch` gives; with --watch again on every change, until Ctrl-C. A list that is empty because
/// of the selectors is exit 8.
[[nodiscard]] Result<int> show_or_watch(const Invocation& said, World& world, NodeLink& link,
                                        const ListForm& form, const std::function<Result<Value>()>& fetch);

}  // namespace p2p
