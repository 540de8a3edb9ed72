// after_quiet_point: a job that runs once every loop of the node has been at its top: what ran on any of them
// when this was asked for has returned, so no stack holds it. Costs the calls nothing; a loop that hangs only
// delays the job.
//
// Threads: any. The job runs on `home`.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <utility>

#include "base/executor.hpp"

namespace p2p {

inline void after_quiet_point(Executor& home, std::span<Executor* const> others, Job job) {
  struct Round {
    std::atomic<std::size_t> missing;
    Executor& home;
    Job job;
  };
  if (others.empty()) return home.post(std::move(job));
  const std::shared_ptr<Round> round(new Round{others.size() + 1, home, std::move(job)});
  const auto pass = [round] {
    if (round->missing.fetch_sub(1, std::memory_order_acq_rel) == 1) round->home.post(std::move(round->job));
  };
  for (Executor* other : others) other->post(pass);
  home.post(pass);
}

}  // namespace p2p
