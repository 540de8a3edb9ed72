// For tests of what is printed: a terminal that keeps its text, and files with the exact text that is wanted,
// in tests/cli/golden. P2P_GOLDEN_WRITE=1 writes them anew; look at the difference before it is committed.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/terminal.hpp"

namespace p2p::test {

class KeptTerminal final : public Terminal {
 public:
  explicit KeptTerminal(Facts facts = {}) : Terminal(facts) {}
  std::string out_text, err_text;
  int fails_with = 0;  ///< errno of the next writes to stdout

 protected:
  int write(int fd, std::string_view text) override {
    if (fd == STDOUT_FILENO && fails_with != 0) return fails_with;
    (fd == STDOUT_FILENO ? out_text : err_text) += text;
    return 0;
  }
};

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(P2P_GOLDEN_DIR) + '/' + name;
  if (std::getenv("P2P_GOLDEN_WRITE") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing";
  const std::string wanted{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, wanted) << "not as in " << path;
}

}  // namespace p2p::test
