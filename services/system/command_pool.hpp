// CommandPool: the commands that run now, each in a thread of its own, since the SDK's pool of four is for
// short work. At most eight, then `overloaded`: each may hold half a MiB of output and a process group.
//
// Threads: one, the home loop; but `on_end` runs on the command's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "command.hpp"

namespace system_service {

class CommandPool {
  struct Job;

 public:
  static constexpr std::size_t most_commands = 8;

  /// The guard must outlive the pool.
  CommandPool(std::vector<std::string> environment, CommandGuard& guard, CommandLimits limits = {});
  CommandPool(const CommandPool&) = delete;
  CommandPool& operator=(const CommandPool&) = delete;
  /// Kills what still runs and waits for its threads.
  ~CommandPool();

  /// Whoever holds it wants the outcome. When it goes before the end, the command is stopped and `on_end`
  /// never called.
  class Ticket {
   public:
    explicit Ticket(std::shared_ptr<Job> job) : job_(std::move(job)) {}
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();
    /// After `on_end`.
    [[nodiscard]] const CommandOutcome& outcome() const;

   private:
    std::shared_ptr<Job> job_;
  };

  /// Throws overloaded.
  [[nodiscard]] Ticket start(CommandRequest request, std::function<void()> on_end);

  /// Asks all to end: SIGTERM, and after their grace SIGKILL.
  void stop_all();
  /// How many run; joins the threads of those that do not any more.
  [[nodiscard]] std::size_t running();

 private:
  const std::vector<std::string> environment_;
  CommandGuard& guard_;
  const CommandLimits limits_;
  std::list<std::shared_ptr<Job>> jobs_;
};

}  // namespace system_service
