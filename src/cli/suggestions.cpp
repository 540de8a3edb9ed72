#include "cli/suggestions.hpp"

#include <p2p/detail/nearest.hpp>

namespace p2p {

std::vector<std::string> close_words(std::string_view word, std::vector<std::string> known) {
  constexpr std::size_t most = 3;
  std::vector<std::string> close;
  while (close.size() < most) {
    std::string next = nearest(word, known);
    if (next.empty()) break;
    std::erase(known, next);
    close.push_back(std::move(next));
  }
  return close;
}

std::string did_you_mean(const std::vector<std::string>& close) {
  std::string text;
  for (std::size_t i = 0; i < close.size(); ++i)
    text += (i == 0 ? "did you mean " : i + 1 == close.size() ? " or " : ", ") + close[i];
  return text.empty() ? text : text + '?';
}

std::string suggest(std::string_view word, std::vector<std::string> known, std::string_view look_up) {
  const std::string meant = did_you_mean(close_words(word, std::move(known)));
  return meant.empty() ? std::string(look_up) : meant + "   (" + std::string(look_up) + ')';
}

}  // namespace p2p
