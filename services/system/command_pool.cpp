#include "command_pool.hpp"

#include <system_error>
#include <utility>

#include <p2p/error.hpp>

namespace system_service {

struct CommandPool::Job {
  Job(CommandRequest request, const std::vector<std::string>& environment, CommandGuard& guard,
      CommandLimits limits)
      : command(std::move(request), environment, guard, limits) {}

  void run() {
    command.run();
    const std::lock_guard lock(mutex);
    ended = true;
    if (on_end) on_end();
  }

  Command command;
  std::thread thread;
  std::mutex mutex;  // of what follows
  std::function<void()> on_end;
  bool ended = false;
};

CommandPool::CommandPool(std::vector<std::string> environment, CommandGuard& guard, CommandLimits limits)
    : environment_(std::move(environment)), guard_(guard), limits_(limits) {}

CommandPool::~CommandPool() {
  for (const auto& job : jobs_) job->command.kill();
  for (const auto& job : jobs_) job->thread.join();
}

CommandPool::Ticket::~Ticket() {
  if (job_ == nullptr) return;
  {
    const std::lock_guard lock(job_->mutex);
    job_->on_end = nullptr;
    if (job_->ended) return;
  }
  job_->command.stop();
}

const CommandOutcome& CommandPool::Ticket::outcome() const {
  const std::lock_guard lock(job_->mutex);  // for what the command's thread has written; it writes no more
  return job_->command.outcome();
}

CommandPool::Ticket CommandPool::start(CommandRequest request, std::function<void()> on_end) {
  if (running() >= most_commands)
    throw p2p::Error(p2p::Errc::overloaded, "8 commands run on this node already",
                     p2p::Value{{"retry_after", 1}});
  auto job = std::make_shared<Job>(std::move(request), environment_, guard_, limits_);
  job->on_end = std::move(on_end);
  try {
    job->thread = std::thread([&running = *job] { running.run(); });
  } catch (const std::system_error& error) {
    throw p2p::Error(p2p::Errc::overloaded, std::string("no thread for another command: ") + error.what());
  }
  jobs_.push_back(job);
  return Ticket(std::move(job));
}

void CommandPool::stop_all() {
  for (const auto& job : jobs_) job->command.stop();
}

std::size_t CommandPool::running() {
  std::erase_if(jobs_, [](const std::shared_ptr<Job>& job) {
    {
      const std::lock_guard lock(job->mutex);
      if (!job->ended) return false;
    }
    job->thread.join();  // it has nothing left to do
    return true;
  });
  return jobs_.size();
}

}  // namespace system_service
