// p2p_simulation [--long]: what clusters of many sizes do; the references stand in docs/protocol.
#include <chrono>
#include <cstdio>
#include <string_view>

#include <sys/resource.h>

#include "tests/simulation/checks.hpp"

namespace {

void quick(p2p::gossip::SimulationChecks& checks) {
  checks.detection(5, 20, 5, 5.5, 0);
  checks.detection(20, 20, 5, 6.9, 0);
  checks.detection(50, 20, 5, 8.3, 0);
  checks.detection(50, 20, 5, 8.3, 0.02);
  checks.detection(1'000, 9, 1, 13.9, 0);
  for (const double share : {0.1, 0.33}) {
    checks.mass_death(50, share);
    checks.mass_death(1'000, share);
  }
  checks.join_storm(50, 9, 2);
  checks.join_storm(100, 9, 3);
  checks.join_storm(300, 3, 7);
  checks.newcomer(1'000);
  for (const std::size_t n : {std::size_t{5}, std::size_t{50}, std::size_t{1'000}}) {
    checks.idle(n);
    for (const double loss : {0.0, 0.01, 0.02}) checks.false_deaths(n, loss, n < 1'000 ? 10 : 2);
  }
}

void long_run(p2p::gossip::SimulationChecks& checks) {
  checks.detection(100, 20, 5, 9.8, 0);
  checks.detection(1'000, 3, 5, 13.9, 0);
  checks.false_deaths(1'000, 0.02, 10);
  checks.idle(10'000);
  checks.detection(10'000, 1, 3, 0, 0);
}

}  // namespace

int main(int count, char** words) {
  const auto begin = std::chrono::steady_clock::now();
  p2p::gossip::SimulationChecks checks;
  quick(checks);
  if (count > 1 && std::string_view(words[1]) == "--long") long_run(checks);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%zu bounds broken; %.1f s, %ld MiB\n", checks.broken().size(), took.count(),
              used.ru_maxrss / 1024);
  return checks.broken().empty() ? 0 : 1;
}
