// --watch: shows a list, or a screen, again whenever it changes, until Ctrl-C. On a terminal it is redrawn;
// in a pipe each row that is new or changed is printed once more. Looked at once a second.
//
// A node that stops answering meanwhile is said on stderr once, and waited for.
#pragma once

#include <functional>

#include "cli/lists.hpp"

namespace p2p {

/// Ends with `cancelled`, or 0 when the reader of stdout is gone.
[[nodiscard]] Result<int> watch_list(World& world, NodeLink& link, const ListForm& form,
                                     const std::function<Result<Value>()>& fetch);

/// The same for what is no list: `draw` makes the text of the screen from the document.
[[nodiscard]] Result<int> watch_screen(World& world, NodeLink& link,
                                       const std::function<Result<Value>()>& fetch,
                                       const std::function<std::string(const Value&)>& draw);

}  // namespace p2p
