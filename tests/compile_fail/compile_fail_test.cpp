// The mistakes that authors of services make, each a file in cases/: what the node tells them about it is one
// clear line, at the right place. A case begins with `// expect: <how the message begins>`, and the line that
// is to be named ends in `// here`.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hosting/compile_command.hpp"
#include "hosting/compile_error.hpp"
#include "net/child_process.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name, expected;
  int line = 0;
};

Case read_case(const fs::path& path) {
  Case read{path.stem().string(), {}, 0};
  std::ifstream file(path);
  std::string text;
  bool head = true;
  for (int line = 1; std::getline(file, text); ++line) {
    head = head && text.starts_with("// ");
    if (head)
      read.expected += line == 1 && text.starts_with("// expect: ") ? text.substr(11) : text.substr(2);
    if (text.ends_with("// here")) read.line = line;
  }
  return read;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& file : fs::directory_iterator(P2P_CASES))
    if (file.path().extension() == ".cpp") cases.push_back(read_case(file.path()));
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
  return cases;
}

/// What the compiler of the node says of the case.
std::string compile(const Case& wrong) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  CompileSetup setup;
  ChildSpec spec;
  spec.argv = {setup.compiler, "-fsyntax-only"};
  for (std::string& flag : compile_flags(setup)) spec.argv.push_back(std::move(flag));
  for (const char* more : {"-I.", "-isystem", P2P_TEST_SDK_INCLUDE}) spec.argv.emplace_back(more);
  spec.argv.push_back("cases/" + wrong.name + ".cpp");
  spec.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C"};
  spec.directory = fs::path(P2P_CASES).parent_path().string();
  std::string said;
  const auto child = ChildProcess::start(loop, spec, [&](const ChildResult& result) {
    said = result.ok() ? "it compiles" : result.output;
    loop.stop();
  });
  if (!child) return child.error().message();
  loop.run();
  return said;
}

class CompileFail : public testing::TestWithParam<Case> {};

TEST_P(CompileFail, is_told_in_one_clear_line) {
  const Case& wrong = GetParam();
  ASSERT_FALSE(wrong.expected.empty()) << "the first line must say // expect: ...";
  const std::string said = compile(wrong);
  const FailureReason reason = compile_error(said, "cases", "/services");
  EXPECT_TRUE(reason.message.starts_with(wrong.expected)) << reason.message << "\n\n" << said;
  EXPECT_EQ(reason.file, "cases/" + wrong.name + ".cpp") << said;
  EXPECT_EQ(reason.line, wrong.line) << said;
}

INSTANTIATE_TEST_SUITE_P(Mistakes, CompileFail, testing::ValuesIn(all_cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace p2p
