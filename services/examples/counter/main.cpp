// counter: counts what it is told to, shows the total, and streams it as it grows.
#include <atomic>

#include <p2p/service.hpp>
using namespace p2p;

class Run : public BaseService {
 public:
  static constexpr auto SERVICE_NAME = "counter";

  Run() { info.description = "Counts, and tells as the count grows"; }

  // threadsafe: may run on any loop of the node, where the call arrives, instead of this service's own. So
  // two of them may run at the same time, and what they touch must bear that: here an atomic.
  SERVICE_METHOD(add, (by = 1), description = "Adds to the total", public = true, role = "operator",
                 threadsafe = true);
  std::int64_t add(std::int64_t by) {
    if (by < 1 || by > 1'000'000) throw Error(Errc::invalid_params, "by: must be 1 to 1000000");
    return total_.fetch_add(by, std::memory_order_relaxed) + by;
  }

  struct Total {
    std::int64_t total = 0;
    std::string at;
  };

  // cache_ttl: the answer may be as old as that, in seconds, where the node keeps results.
  SERVICE_METHOD(get_total, (), description = "The total, up to a second old", public = true, role = "viewer",
                 cache_ttl = 1);
  Total get_total() { return {total_.load(std::memory_order_relaxed), timestamp()}; }

  // stream: the result comes item by item. co_yield waits when the reader is 64 items behind, and throws when
  // nobody reads any more; `changes` bounds it, and so does the timeout.
  SERVICE_METHOD(watch, (changes = 10), description = "The total now, and each time it has grown",
                 public = true, role = "viewer", stream = true, timeout = 600);
  Stream<Total> watch(int changes) {
    if (changes < 0 || changes > 10'000) throw Error(Errc::invalid_params, "changes: must be 0 to 10000");
    Total last = get_total();
    co_yield last;
    while (changes > 0) {
      co_await sleep(100_ms);  // ends at once when the reader leaves
      if (Total now = get_total(); now.total != last.total) {
        co_yield last = now;
        --changes;
      }
    }
  }

  // progress: the latest word goes to a caller that listens, and nowhere else.
  SERVICE_METHOD(count_to, (to, step_ms = 10), description = "Adds one by one, and tells how far it is",
                 public = true, role = "operator", timeout = 600);
  Task<std::int64_t> count_to(std::int64_t to, std::int64_t step_ms) {
    if (to < 1 || to > 1'000'000) throw Error(Errc::invalid_params, "to: must be 1 to 1000000");
    for (std::int64_t done = 0; done < to; ++done) {
      co_await progress(static_cast<double>(done) / static_cast<double>(to), "counting");
      co_await sleep(Duration{step_ms * 1'000'000});
      add(1);
    }
    co_return total_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t> total_{0};
};

EXPORT_SERVICE(Run)
