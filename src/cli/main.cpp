// The program: what the command line says, and its exit code. 0 ok, 1 failed, 2 usage, 78 a node refuses to
// start, 130 interrupted.
#include <cstdio>
#include <exception>

#include <sys/prctl.h>
#include <sys/resource.h>

#include "cli/arguments.hpp"
#include "cli/environment.hpp"
#include "node/p2p_admin_system.hpp"
#include "node/version.hpp"

namespace p2p {
namespace {

constexpr int usage_exit = 2, refused_exit = 78;

int complain(const Error& error, int code) {
  std::fprintf(stderr, "error: %s\n", error.what());
  const Value& hint = error.detail()["hint"];
  if (hint.is_string()) std::fprintf(stderr, "hint:  %s\n", hint.as_string().c_str());
  return code;
}

/// Keys are in this process: no core file, and no reading of its memory by others of the same user.
void keep_memory_private() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

int run_node(Config config) {
  keep_memory_private();
  P2PAdminSystem system(std::move(config));
  if (auto started = system.start(); !started)
    return complain(started.error(), started.error().code() == Errc::conflict ? 1 : refused_exit);
  return system.run();
}

int run(int argc, char** argv) {
  Result<Config> environment = read_environment();
  if (!environment) return complain(environment.error(), refused_exit);
  Result<Arguments> arguments = read_arguments(argc, argv, *std::move(environment));
  if (!arguments) return complain(arguments.error(), usage_exit);
  switch (arguments->verb) {
    case Arguments::Verb::help:
      std::fputs(arguments->help.c_str(), arguments->help_exit == 0 ? stdout : stderr);
      return arguments->help_exit;
    case Arguments::Verb::version:
      std::printf("p2p_admin %.*s\n", static_cast<int>(product_version.size()), product_version.data());
      return 0;
    case Arguments::Verb::coordinator:
    case Arguments::Verb::worker: return run_node(std::move(arguments->config));
  }
  return usage_exit;
}

}  // namespace
}  // namespace p2p

int main(int argc, char** argv) {
  try {
    return p2p::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
