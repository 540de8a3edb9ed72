// A child of the test, and a child of that one, for tests that look at processes and end them.
#pragma once

#include <string>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../spawned_process.hpp"

namespace system_service {

/// Runs `sh -c text` in a group of its own; killed with its owner.
class Child {
 public:
  explicit Child(const std::string& text) {
    const Descriptor root(::open("/", O_PATH | O_CLOEXEC));
    auto spawned = spawn_process({"/bin/sh", "-c", text}, root, {"PATH=/usr/bin:/bin"});
    if (!spawned) return;
    process_ = std::move(*spawned);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (process_.pid <= 0) return;
    ::kill(-process_.pid, SIGKILL);
    ::waitpid(process_.pid, nullptr, 0);
  }

  [[nodiscard]] pid_t pid() const noexcept { return process_.pid; }
  /// Waits for a line that it writes.
  [[nodiscard]] std::string line() const {
    ::fcntl(process_.out.get(), F_SETFL, 0);
    std::string text;
    for (char c = 0; ::read(process_.out.get(), &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }

 private:
  SpawnedProcess process_;
};

}  // namespace system_service
