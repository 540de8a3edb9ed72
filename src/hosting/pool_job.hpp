// A job with two halves: one on a thread of the pool, which may block, and one back on the loop with its
// result. The second does not run once `alive` is gone, so it may hold what `alive` stands for. A full pool
// is tried again.
#pragma once

#include <memory>
#include <utility>

#include "base/executor.hpp"

namespace p2p {

template <class Work, class Done>
void on_pool(Executor& loop, std::weak_ptr<const void> alive, Work work, Done done) {
  struct Halves {
    Work work;
    Done done;
  };
  constexpr std::chrono::milliseconds pause{50};
  auto halves = std::make_shared<Halves>(Halves{std::move(work), std::move(done)});
  const bool taken = loop.run_blocking([&loop, alive, halves] {
    auto result = halves->work();
    loop.post([alive, halves, result = std::move(result)]() mutable {
      if (!alive.expired()) halves->done(std::move(result));
    });
  });
  if (taken) return;
  loop.post_at(loop.clock().now() + pause, [&loop, alive, halves] {
    if (!alive.expired()) on_pool(loop, alive, std::move(halves->work), std::move(halves->done));
  });
}

}  // namespace p2p
