// The methods of `system` that run commands.
#include <string>
#include <utility>

#include "answers.hpp"
#include "parameters.hpp"
#include "run.hpp"

namespace system_service {
namespace {

using namespace p2p;

CommandResult result_of(const CommandOutcome& outcome) {
  CommandResult result;
  result.stdout = outcome.out;
  result.stderr = outcome.err;
  result.stdout_bytes = outcome.out_bytes;
  result.stderr_bytes = outcome.err_bytes;
  result.stdout_truncated = outcome.out_truncated;
  result.stderr_truncated = outcome.err_truncated;
  result.duration_ms = outcome.duration_ms;
  if (outcome.end == CommandOutcome::End::ended) result.return_code = outcome.return_code;
  result.success = result.return_code == 0;
  return result;
}

}  // namespace

Task<Value> Run::execute_command(std::string command, std::int64_t timeout,
                                 std::optional<std::string> working_dir) {
  Parameters parameters;
  parameters.length("command", command, 1, 8192);
  parameters.range("timeout", timeout, 1, settings_.execute_timeout_max);
  if (working_dir) parameters.absolute_path("working_dir", *working_dir);
  parameters.raise();
  return run_command(std::move(command), timeout, working_dir.value_or("/"));
}

/// When the caller goes or the node stops, `co_await ended` throws, and the ticket's end stops the command.
Task<CommandOutcome> Run::run_to_its_end(CommandPool& pool, CommandRequest request) {
  Signal ended(*this);
  const CommandPool::Ticket ticket = pool.start(std::move(request), [&ended] { ended.set(); });
  co_await ended;
  co_return ticket.outcome();
}

Task<Value> Run::run_command(std::string command, std::int64_t timeout, std::string working_dir) {
  const CommandOutcome outcome = co_await run_to_its_end(
      commands_, {shell_command(command), timeout * 1000, working_dir, settings_.output_max});
  using End = CommandOutcome::End;
  if (outcome.end == End::no_directory) {
    Parameters parameters;
    parameters.wrong("working_dir", outcome.failure, working_dir.substr(0, 64));
    parameters.raise();
  }
  if (outcome.end == End::not_started)
    throw Error(Errc::method_failed, "cannot start /bin/sh: " + outcome.failure);
  if (outcome.end == End::stopped) throw Error(Errc::cancelled, "the node is stopping");
  CommandResult result = result_of(outcome);
  if (outcome.end == End::timed_out)
    result.error = "Command timeout after " + std::to_string(timeout) + " seconds";
  result.command = std::move(command);
  result.working_dir = std::move(working_dir);
  result.timeout_used = timeout;
  result.timestamp = this->timestamp();
  co_return without(to_value(std::move(result)), "error");
}

}  // namespace system_service
