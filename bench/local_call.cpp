// What a call from one service to another on the same node costs: by name, by a held handle, and with types
// that both sides know; with empty parameters and a null result, on the CPU clock of the thread. Printed
// beside its parts and the goals of the project; pin it to a quiet core:
//
//   taskset -c 0 build/release/p2p_bench_local [--json] [methods]
//
// `methods`: one number of methods alone, for a profiler. `--json`: an object a line, for bench/run.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <p2p/service.hpp>
#include <time.h>

#include "bench/allocations.hpp"
#include "bench/local_call_services.hpp"

namespace p2p::bench {
namespace {

constexpr int calls = 10'000;  // of one round
constexpr int rounds = 300;

double cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class T>
void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

struct Figures {
  std::vector<double> ns;
  std::uint64_t allocated = 0;  ///< in the last round
};

/// What was promised: no call allocates, the quickest round takes at most so long, and should take so long.
struct Bound {
  int must_ns = 0, goal_ns = 0;  ///< 0: nothing was
};
constexpr Bound by_name{100, 60}, prepared{60, 35};

class Table {
 public:
  explicit Table(bool as_json) : as_json_(as_json) {
    if (!as_json)
      fmt::print("{:<52} {:>7} {:>7} {:>12}   {}\n", "ns a call, CPU of the thread", "min", "median",
                 "allocations", "bound");
  }

  void row(std::string_view what, Figures figures, Bound bound = {}) const {
    std::sort(figures.ns.begin(), figures.ns.end());
    const double least = figures.ns.front(), median = figures.ns[figures.ns.size() / 2],
                 allocations = static_cast<double>(figures.allocated) / calls;
    if (as_json_)
      fmt::print(
          R"({{"what":"{}","min_ns":{:.1f},"median_ns":{:.1f},"allocations":{:.4f},"must_ns":{},"goal_ns":{}}})"
          "\n",
          what, least, median, allocations, bound.must_ns, bound.goal_ns);
    else
      fmt::print("{:<52} {:>7.1f} {:>7.1f} {:>12.4f}   {}\n", what, least, median, allocations, text(bound));
  }

 private:
  static std::string text(Bound bound) {
    if (bound.must_ns == 0) return {};
    return fmt::format("<= {}, goal {}; 0 allocations", bound.must_ns, bound.goal_ns);
  }

  bool as_json_;
};

/// Measures one round of a part that needs no coroutine.
template <class F>
Figures measure(F part) {
  Figures figures;
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t before = allocations::taken();
    const double begin = cpu_ns();
    for (int i = 0; i < calls; ++i) part(i);
    figures.ns.push_back((cpu_ns() - begin) / calls);
    figures.allocated = allocations::taken() - before;
  }
  return figures;
}

struct Names {
  std::vector<std::string> services, methods;
};

Task<> call_rounds(BaseService& self, const Names& names, Figures& figures) {
  const std::size_t services = names.services.size(), methods = names.methods.size();
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t before = allocations::taken();
    const double begin = cpu_ns();
    std::size_t service = 0, method = 0;
    for (int i = 0; i < calls; ++i) {
      keep(co_await self.proxy[names.services[service]][names.methods[method]]());
      if (++method == methods) method = 0;
      if (++service == services) service = 0;
    }
    figures.ns.push_back((cpu_ns() - begin) / calls);
    figures.allocated = allocations::taken() - before;
  }
}

/// `call` gives what is awaited.
template <class F>
Task<> repeat_rounds(F call, Figures& figures) {
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t before = allocations::taken();
    const double begin = cpu_ns();
    for (int i = 0; i < calls; ++i) co_await call();
    figures.ns.push_back((cpu_ns() - begin) / calls);
    figures.allocated = allocations::taken() - before;
  }
}

struct System0 : Contract {
  static constexpr std::string_view SERVICE_NAME = "system0";
  Method<"get_system_m5()", void()> get_system_m5{this};
};

Task<> handle_rounds(BaseService& self, Figures& figures) {
  const MethodHandle handle = self.proxy["system0"]["get_system_m5"].handle();
  co_await repeat_rounds([&] { return handle(); }, figures);
}
Task<> typed_rounds(BaseService& self, Figures& figures) {
  const System0 system = self.proxy.contract<System0>();
  co_await repeat_rounds([&] { return system.get_system_m5(); }, figures);
}

Task<Value> leaf() { co_return Value(); }

Task<> coroutine_rounds(Figures& figures) {
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t before = allocations::taken();
    const double begin = cpu_ns();
    for (int i = 0; i < calls; ++i) keep(co_await leaf());
    figures.ns.push_back((cpu_ns() - begin) / calls);
    figures.allocated = allocations::taken() - before;
  }
}

void with_methods(std::size_t count, const Table& table) {
  LocalCallNode node(count);
  Figures one, all, held, typed;
  const Names first{{"system0"}, {"get_system_m5"}};
  Names every;
  for (std::size_t i = 0; i < node.services(); ++i) every.services.push_back("system" + std::to_string(i));
  for (int i = 0; i < 9; ++i)
    every.methods.push_back("get_system_m" + std::to_string(i));  // 9 and 10^n meet in all pairs
  node.run([&](BaseService& self) { return call_rounds(self, first, one); });
  table.row(fmt::format("call by name, {} methods, always the same", count), std::move(one), by_name);
  node.run([&](BaseService& self) { return call_rounds(self, every, all); });
  table.row(fmt::format("call by name, {} methods, each in turn", count), std::move(all));
  node.run([&](BaseService& self) { return handle_rounds(self, held); });
  table.row(fmt::format("call by a held handle, {} methods", count), std::move(held), prepared);
  node.run([&](BaseService& self) { return typed_rounds(self, typed); });
  table.row(fmt::format("call of a typed contract, {} methods", count), std::move(typed), prepared);

  const RegistrySnapshot& snapshot = node.runner().snapshot();
  table.row(fmt::format("  part: both look-ups, {} methods", count), measure([&](int) {
              keep(snapshot.find(first.services[0])->generation->find(first.methods[0]));
            }));
}

void parts(const Table& table) {
  Figures bare;
  LocalCallNode node(10);
  node.run([&](BaseService&) { return coroutine_rounds(bare); });
  table.row("  part: one coroutine of its own, awaited", std::move(bare));
  const StillLoop loop;
  table.row("  part: coarse clock", measure([&](int) { keep(loop.clock().coarse_now()); }));
  DeadlineWheel wheel;
  DeadlineWheel::Entry entry;
  table.row("  part: in and out of the deadline wheel", measure([&](int i) {
              wheel.add(entry, 30'000'000'000 + i);
              wheel.remove(entry);
            }));
}

}  // namespace
}  // namespace p2p::bench

int main(int count, char** arguments) {
  p2p::allocations::count_here(true);
  const bool as_json = count > 1 && std::string_view(arguments[1]) == "--json";
  const p2p::bench::Table table(as_json);
  if (count > (as_json ? 2 : 1)) {
    p2p::bench::with_methods(std::strtoul(arguments[count - 1], nullptr, 10), table);
    return 0;
  }
  p2p::bench::with_methods(10, table);
  p2p::bench::with_methods(10'000, table);
  p2p::bench::parts(table);
  return 0;
}
