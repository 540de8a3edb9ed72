// ServiceWaiters: calls that came while their service was starting. They wait as long as the service's entry
// says (and no longer than their own deadline) for the registry to change, then they look again.
//
// Threads: one loop's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/executor.hpp"

namespace p2p {

class ServiceWaiters {
 public:
  static constexpr std::size_t most = 1024;  ///< waiting at once; beyond it a call fails at once

  explicit ServiceWaiters(Executor& executor) : executor_(executor) {}
  ~ServiceWaiters();

  /// Runs `look(false)` when `service` has changed, or `look(true)` at `until`: time is up. Returns an id,
  /// never 0, or 0 when too many wait already. Without a name it waits for the time alone, and always can:
  /// there are no more of those than calls that run.
  [[nodiscard]] std::uint64_t wait(std::string_view service, Instant until,
                                   std::move_only_function<void(bool)> look);
  void cancel(std::uint64_t id);
  /// From the top of the loop, after `service` has changed.
  void changed(std::string_view service);

 private:
  struct Waiter {
    std::string service;
    Executor::TimerId timer = 0;
    std::move_only_function<void(bool)> look;
  };
  void take(std::uint64_t id, bool time_is_up);

  Executor& executor_;
  std::map<std::uint64_t, Waiter> waiters_;
  std::uint64_t next_ = 1;
};

}  // namespace p2p
