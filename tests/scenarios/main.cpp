// p2p_scenarios [--seed N | --seeds N] FILE...
// Plays each file with one seed, or with the seeds 1 to N; prints file:line of what does not hold.
#include <cstdio>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "tests/scenarios/stage.hpp"

namespace p2p::scenarios {
namespace {

bool play(const std::string& file, std::uint64_t seed) {
  std::ifstream in(file);
  if (!in) {
    std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
    return false;
  }
  Stage stage(seed);
  std::string text;
  try {
    for (std::size_t number = 1; std::getline(in, text); ++number) stage.play(Line(file, number, text));
  } catch (const Complaint& complaint) {
    std::fprintf(stderr, "%s\n", complaint.what());
    return false;
  }
  return true;
}

int run(std::span<char*> words) {
  std::uint64_t first = 1, last = 1;
  std::size_t files = 0, broken = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if ((word == "--seed" || word == "--seeds") && i + 1 < words.size()) {
      last = std::stoull(words[++i]);
      first = word == "--seed" ? last : 1;
      continue;
    }
    ++files;
    bool good = true;
    for (std::uint64_t seed = first; seed <= last && good; ++seed) good = play(std::string(word), seed);
    broken += good ? 0 : 1;
  }
  std::printf("%zu scenarios, %zu of them do not hold\n", files, broken);
  return broken == 0 && files > 0 ? 0 : 1;
}

}  // namespace
}  // namespace p2p::scenarios

int main(int argc, char** argv) {
  return p2p::scenarios::run({argv + 1, static_cast<std::size_t>(argc - 1)});
}
