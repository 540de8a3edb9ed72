#include <algorithm>
#include <array>
#include <cstdint>

#include <p2p/detail/nearest.hpp>

namespace p2p {
namespace {

constexpr std::size_t longest = 64;
constexpr std::size_t none_near = longest + 1;

// Damerau-Levenshtein: insertions, deletions, replacements, and swaps of neighbours that may be apart by what
// was inserted between them. Row and column 0 of the table are a wall, so the words begin at 2.
class Distance {
 public:
  std::size_t operator()(std::string_view a, std::string_view b) {
    const auto wall = static_cast<std::uint8_t>(a.size() + b.size());
    last_row_.fill(0);
    cost_[0][0] = wall;
    for (std::size_t i = 0; i <= a.size(); ++i) {
      cost_[i + 1][0] = wall;
      at(i, 0) = static_cast<std::uint8_t>(i);
    }
    for (std::size_t j = 0; j <= b.size(); ++j) {
      cost_[0][j + 1] = wall;
      at(0, j) = static_cast<std::uint8_t>(j);
    }
    for (std::size_t i = 1; i <= a.size(); ++i) fill_row(a, b, i);
    return at(a.size(), b.size());
  }

 private:
  std::uint8_t& at(std::size_t i, std::size_t j) { return cost_[i + 1][j + 1]; }

  void fill_row(std::string_view a, std::string_view b, std::size_t i) {
    std::size_t last_column = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      const std::size_t row = last_row_[static_cast<unsigned char>(b[j - 1])];
      const std::size_t swap = cost_[row][last_column] + (i - row - 1) + 1 + (j - last_column - 1);
      const std::size_t replace = at(i - 1, j - 1) + (same ? 0u : 1u);
      const std::size_t insert = at(i, j - 1) + 1u;
      const std::size_t remove = at(i - 1, j) + 1u;
      at(i, j) = static_cast<std::uint8_t>(std::min({swap, replace, insert, remove}));
      if (same) last_column = j;
    }
    last_row_[static_cast<unsigned char>(a[i - 1])] = static_cast<std::uint8_t>(i);
  }

  std::array<std::array<std::uint8_t, longest + 2>, longest + 2> cost_;
  std::array<std::uint8_t, 256> last_row_;  // of each letter, where it stood in the first word
};

template <class Text>
std::string nearest_of(std::string_view word, std::span<const Text> candidates) {
  if (word.empty() || word.size() > longest) return {};
  const std::size_t limit = word.size() < 5 ? 1 : 2;
  Distance distance;
  std::size_t best = none_near;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > longest || candidate.size() > word.size() + limit ||
        candidate.size() + limit < word.size()) {
      continue;
    }
    const std::size_t apart = distance(word, candidate);
    if (apart > limit || apart >= best) continue;
    best = apart;
    found = candidate;
  }
  return std::string(found);
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string_view> candidates) {
  return nearest_of(word, candidates);
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  return nearest_of(word, candidates);
}

}  // namespace p2p
