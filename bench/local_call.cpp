// What a call from one service to another on the same node costs: by name, by a held handle, and with types
// that both sides know; with empty parameters and a null result, on the CPU clock of the thread. Printed
// beside its parts and the goals of the project; pin it to a quiet core:
//
//   taskset -c 0 build/release/p2p_bench_local [methods]           one number of methods alone: for a
//   profiler
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
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

  void print(std::string_view what, std::string_view goal) {
    std::sort(ns.begin(), ns.end());
    fmt::print("{:<52} {:>7.1f} {:>7.1f} {:>12.4f}   {}\n", what, ns.front(), ns[ns.size() / 2],
               static_cast<double>(allocated) / calls, goal);
  }
};

/// Measures one round of a part that needs no coroutine.
template <class F>
Figures measure(F part) {
  Figures figures;
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t before = allocations();
    const double begin = cpu_ns();
    for (int i = 0; i < calls; ++i) part(i);
    figures.ns.push_back((cpu_ns() - begin) / calls);
    figures.allocated = allocations() - before;
  }
  return figures;
}

struct Names {
  std::vector<std::string> services, methods;
};

Task<> call_rounds(BaseService& self, const Names& names, Figures& figures) {
  const std::size_t services = names.services.size(), methods = names.methods.size();
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t before = allocations();
    const double begin = cpu_ns();
    std::size_t service = 0, method = 0;
    for (int i = 0; i < calls; ++i) {
      keep(co_await self.proxy[names.services[service]][names.methods[method]]());
      if (++method == methods) method = 0;
      if (++service == services) service = 0;
    }
    figures.ns.push_back((cpu_ns() - begin) / calls);
    figures.allocated = allocations() - before;
  }
}

/// `call` gives what is awaited.
template <class F>
Task<> repeat_rounds(F call, Figures& figures) {
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t before = allocations();
    const double begin = cpu_ns();
    for (int i = 0; i < calls; ++i) co_await call();
    figures.ns.push_back((cpu_ns() - begin) / calls);
    figures.allocated = allocations() - before;
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
    const std::uint64_t before = allocations();
    const double begin = cpu_ns();
    for (int i = 0; i < calls; ++i) keep(co_await leaf());
    figures.ns.push_back((cpu_ns() - begin) / calls);
    figures.allocated = allocations() - before;
  }
}

void with_methods(std::size_t count) {
  LocalCallNode node(count);
  Figures one, all, held, typed;
  const Names first{{"system0"}, {"get_system_m5"}};
  Names every;
  for (std::size_t i = 0; i < node.services(); ++i) every.services.push_back("system" + std::to_string(i));
  for (int i = 0; i < 9; ++i)
    every.methods.push_back("get_system_m" + std::to_string(i));  // 9 and 10^n meet in all pairs
  node.run([&](BaseService& self) { return call_rounds(self, first, one); });
  one.print(fmt::format("call by name, {} methods, always the same", count),
            "<= 100, goal 60; 0 allocations");
  node.run([&](BaseService& self) { return call_rounds(self, every, all); });
  all.print(fmt::format("call by name, {} methods, each in turn", count), "");
  node.run([&](BaseService& self) { return handle_rounds(self, held); });
  held.print(fmt::format("call by a held handle, {} methods", count), "<= 60, goal 35; 0 allocations");
  node.run([&](BaseService& self) { return typed_rounds(self, typed); });
  typed.print(fmt::format("call of a typed contract, {} methods", count), "<= 60, goal 35; 0 allocations");

  const RegistrySnapshot& snapshot = node.runner().snapshot();
  measure([&](int) {
    keep(snapshot.find(first.services[0])->generation->find(first.methods[0]));
  }).print(fmt::format("  part: both look-ups, {} methods", count), "");
}

void parts() {
  Figures bare;
  LocalCallNode node(10);
  node.run([&](BaseService&) { return coroutine_rounds(bare); });
  bare.print("  part: one coroutine of its own, awaited", "");
  const StillLoop loop;
  measure([&](int) { keep(loop.clock().coarse_now()); }).print("  part: coarse clock", "");
  DeadlineWheel wheel;
  DeadlineWheel::Entry entry;
  measure([&](int i) {
    wheel.add(entry, 30'000'000'000 + i);
    wheel.remove(entry);
  }).print("  part: in and out of the deadline wheel", "");
}

}  // namespace
}  // namespace p2p::bench

int main(int count, char** arguments) {
  fmt::print("{:<52} {:>7} {:>7} {:>12}   {}\n", "ns a call, CPU of the thread", "min", "median",
             "allocations", "bound");
  if (count > 1) {
    p2p::bench::with_methods(std::strtoul(arguments[1], nullptr, 10));
    return 0;
  }
  p2p::bench::with_methods(10);
  p2p::bench::with_methods(10'000);
  p2p::bench::parts();
  return 0;
}
