#include "hosting/compiler.hpp"

#include <algorithm>
#include <utility>

namespace p2p {
namespace {

constexpr std::chrono::seconds time_to_answer{10};  // what version it is

}  // namespace

struct Compiler::Build {
  CompileTask task;
  Job started;
  Done done;
  std::size_t next = 0;
  Instant began{};
  std::unique_ptr<ChildProcess> child;
};

Compiler::Compiler(Loop& loop, Settings settings) : loop_(loop), settings_(std::move(settings)) {}

Compiler::~Compiler() = default;

/// A compiler sees nothing of the node's environment: no secrets, and no wrapper that answers from a cache of
/// its own.
ChildSpec Compiler::spec(const Arguments& command, const std::string& directory,
                         const std::string& temporary) const {
  ChildSpec spec;
  spec.argv = command;
  spec.environment = {"PATH=/usr/local/bin:/usr/bin:/bin",
                      "LANG=C",
                      "LC_ALL=C",
                      "CCACHE_DISABLE=1",
                      "HOME=" + temporary,
                      "TMPDIR=" + temporary};
  spec.directory = directory;
  spec.time_limit = settings_.timeout;
  spec.nice = niceness;
  spec.address_space = memory_limit;
  return spec;
}

std::string Compiler::missing() const {
  return "no compiler (" + settings_.program + " not found); install it or drop in a ready-made .so";
}

void Compiler::version(std::function<void(const OrReason<std::string>&)> done) {
  if (!version_.empty()) return done(version_);
  asked_.push_back(std::move(done));
  if (asking_ != nullptr) return;
  ChildSpec question = spec({settings_.program, "--version"}, {}, "/nonexistent");
  question.time_limit = time_to_answer;
  auto child = ChildProcess::start(loop_, question, [this](const ChildResult& result) {
    asking_.reset();
    if (result.ok() && !result.output.empty()) return told(result.output);
    told(refuse("compile", settings_.program + " --version does not work: is it a compiler?"));
  });
  if (child)
    asking_ = *std::move(child);
  else
    told(refuse("compile", child.error().code() == Errc::not_found ? missing() : child.error().message()));
}

void Compiler::told(const OrReason<std::string>& version) {
  if (version) version_ = *version;
  for (const auto& done : std::exchange(asked_, {})) done(version);
}

void Compiler::compile(CompileTask task, Job started, Done done) {
  auto build = std::make_unique<Build>();
  build->task = std::move(task);
  build->started = std::move(started);
  build->done = std::move(done);
  queue_.push_back(std::move(build));
  start_next();
}

void Compiler::drop(const std::string& service) {
  const auto is_it = [&](const std::unique_ptr<Build>& build) { return build->task.service == service; };
  std::erase_if(queue_, is_it);
  std::erase_if(running_, is_it);
  start_next();
}

void Compiler::start_next() {
  while (!queue_.empty() && static_cast<int>(running_.size()) < std::max(1, settings_.jobs)) {
    running_.push_back(std::move(queue_.front()));
    queue_.pop_front();
    Build& build = *running_.back();
    build.began = loop_.clock().now();
    build.started();
    step(build);
  }
}

void Compiler::step(Build& build) {
  const CompileTask& task = build.task;
  if (build.next == task.commands.size()) return finish(build, {});
  ChildSpec child = spec(task.commands[build.next], task.directory, task.work + "/tmp");
  child.output_file = task.work + "/output-" + std::to_string(build.next);
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(loop_.clock().now() - build.began);
  child.time_limit =
      std::max(settings_.timeout - spent, std::chrono::milliseconds(1));  // of all its commands
  ++build.next;
  auto started =
      ChildProcess::start(loop_, child, [this, &build](const ChildResult& result) { ended(build, result); });
  if (started)
    build.child = *std::move(started);
  else
    finish(build, started.error().code() == Errc::not_found ? missing() : started.error().message());
}

void Compiler::ended(Build& build, const ChildResult& result) {
  if (result.ok()) return step(build);
  const auto seconds_given = std::chrono::duration_cast<std::chrono::seconds>(settings_.timeout).count();
  if (result.timed_out)
    return finish(build,
                  "the compiler was stopped: it took longer than " + std::to_string(seconds_given) + " s");
  if (result.signal != 0)
    return finish(build, "the compiler was ended by signal " + std::to_string(result.signal));
  finish(build, "the compiler ended with code " + std::to_string(result.exit_code));
}

void Compiler::finish(Build& build, std::string trouble) {
  const auto place =
      std::find_if(running_.begin(), running_.end(), [&](const auto& b) { return b.get() == &build; });
  CompileEnd end;
  end.run = build.next;
  end.trouble = std::move(trouble);
  end.duration = loop_.clock().now() - build.began;
  // From the top of the loop: we may be inside the child's own callback, or inside compile().
  loop_.post([finished = std::move(*place), end = std::move(end)]() mutable {
    if (finished->done) finished->done(std::move(end));
  });
  running_.erase(place);
  start_next();
}

}  // namespace p2p
