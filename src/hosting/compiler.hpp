// Compiler: runs the compiler beside the loop, a few builds at once and the others in a queue, each bounded
// in time and memory. Knows commands and their ends; what they mean is examination.hpp's.
//
// Threads: the loop's own. Lifetime: builds that run are killed with it, and their `done` does not run.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hosting/compile_command.hpp"
#include "hosting/or_reason.hpp"
#include "net/child_process.hpp"

namespace p2p {

struct CompileTask {
  std::string service;
  std::vector<Arguments> commands;  ///< one after another, until one fails
  std::string directory;            ///< where they run
  std::string work;                 ///< for what they make; their output goes to `<work>/output-<n>`
};

struct CompileEnd {
  std::size_t run = 0;  ///< commands that were run
  std::string trouble;  ///< empty: all ended well. What is known besides their output.
  std::chrono::nanoseconds duration{0};
};

class Compiler {
 public:
  struct Settings {
    std::string program = "clang++-19";
    std::chrono::milliseconds timeout{120'000};
    int jobs = 1;  ///< at once: more of them compete with the node for cores
  };
  static constexpr std::uint64_t memory_limit = 2ULL << 30;  ///< bytes of address space for each process
  static constexpr int niceness = 10;

  Compiler(Loop& loop, Settings settings);
  Compiler(const Compiler&) = delete;
  Compiler& operator=(const Compiler&) = delete;
  ~Compiler();

  /// What the compiler says of itself. Asked once; a compiler that is missing is looked for again.
  void version(std::function<void(const OrReason<std::string>&)> done);

  using Done = std::move_only_function<void(CompileEnd)>;
  /// `started` runs when its turn has come.
  void compile(CompileTask task, Job started, Done done);
  /// The build of this service is not wanted any more: `done` does not run.
  void drop(const std::string& service);

 private:
  struct Build;
  void start_next();
  void step(Build& build);
  void ended(Build& build, const ChildResult& result);
  void finish(Build& build, std::string trouble);
  [[nodiscard]] ChildSpec spec(const Arguments& command, const std::string& directory,
                               const std::string& temporary) const;
  [[nodiscard]] std::string missing() const;
  void told(const OrReason<std::string>& version);

  Loop& loop_;
  Settings settings_;
  std::string version_;
  std::unique_ptr<ChildProcess> asking_;
  std::vector<std::function<void(const OrReason<std::string>&)>> asked_;
  std::deque<std::unique_ptr<Build>> queue_;
  std::list<std::unique_ptr<Build>> running_;
};

}  // namespace p2p
