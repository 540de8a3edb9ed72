// Completion: what could stand where the cursor is. Commands, options and their choices come from the table;
// names of nodes, services, methods, parameters and contexts from whoever knows them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace p2p {

struct Candidate {
  std::string text;
  std::string_view purpose{};  ///< shown by shells that can
};

/// Live names of one kind; for parameters of the method `of`.
using NameSource = std::function<std::vector<std::string>(Words kind, const std::string& of)>;

/// `words` up to the cursor, without the program; the last one is what is being written, and may be empty.
[[nodiscard]] std::vector<Candidate> complete(const std::vector<std::string>& words, const NameSource& names);

}  // namespace p2p
