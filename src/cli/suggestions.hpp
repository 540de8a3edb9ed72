// Did you mean: the known words nearest to a mistyped one, for commands, options, methods, nodes, contexts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace p2p {

/// At most three, nearest first (Damerau-Levenshtein distance of at most 2, 1 for words under five letters).
[[nodiscard]] std::vector<std::string> close_words(std::string_view word, std::vector<std::string> known);

/// "did you mean a, b or c?", or nothing.
[[nodiscard]] std::string did_you_mean(const std::vector<std::string>& close);

/// The same with the way to look it up behind it: "did you mean a?   (p2p_admin help)", or only that way.
[[nodiscard]] std::string suggest(std::string_view word, std::vector<std::string> known,
                                  std::string_view look_up);

}  // namespace p2p
