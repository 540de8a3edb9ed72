// The program: words and environment in, exit code out.
#include <csignal>
#include <cstdio>
#include <exception>

#include <fcntl.h>
#include <unistd.h>

#include "cli/program.hpp"

namespace {

/// A closed stdin, stdout or stderr would give its number to the next file that is opened, and what is meant
/// for a terminal would be written there. Data for a closed stdout is lost, so writing it fails.
void keep_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) == -1) (void)::open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace p2p;
  try {
    keep_standard_streams();
    std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an answer of write
    const ClientEnvironment environment = read_client_environment();
    const SystemClock clock;
    Terminal terminal(Terminal::look(environment.columns));
    World world{terminal, environment, clock};
    return run_program({argv + std::min(argc, 1), argv + argc}, world);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
