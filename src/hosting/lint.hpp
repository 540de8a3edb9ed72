// lint: looks at the folder of a service as a node would, without a node: names, owners and modes, what kind
// of program it holds, whether it compiles (the node's own command line and environment, in a temporary
// place), and, in a child process that may crash or hang, what it declares.
//
// It does what a node does by calling the same functions in the same order; what a node accepts without a
// word but an author would rather know is a warning.
//
// Threads: the caller's, which it keeps until it is done: seconds, for the compiler. SIGINT and SIGTERM end
// it early and nothing is left behind.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "hosting/compile_command.hpp"
#include "hosting/compiler.hpp"
#include "hosting/lint_report.hpp"

namespace p2p {

struct LintOrder {
  std::string folder;     ///< of the service; its parent is taken for the services folder
  std::string temporary;  ///< where a folder for the build may be made: "/tmp"
  CompileSetup setup;     ///< `services_dir` is filled by lint
  Compiler::Settings compiler;
  /// The program that describes a library, with its first words: {"/proc/self/exe", "__describe"}. It is
  /// started with four words more, those of DescribeOrder.
  std::vector<std::string> describer;
  std::chrono::milliseconds load_limit{10'000};  ///< for loading it; what takes longer hangs
};

[[nodiscard]] LintReport lint(const LintOrder& order);

}  // namespace p2p
