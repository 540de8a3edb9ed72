// LoadRun: the same request again and again over several connections, each asking anew when it has its answer
// (closed loop), with every answer's time. What `bench` measures with.
//
// The connections stay open between runs, so a first short run warms them up.
//
// Threads: the loop's; a run turns it. Lifetime: the client outlives it.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "client/latencies.hpp"
#include "client/p2p_client.hpp"

namespace p2p {

struct LoadPlan {
  std::string target{}, headers{}, body{};  ///< of a POST
  std::size_t connections = 1;
  std::chrono::milliseconds patience{30'000};  ///< with the last answers, when no more is asked
};

struct LoadReport {
  Latencies latencies;                          ///< of the calls that worked
  std::map<std::string, std::uint64_t> errors;  ///< by name: "overloaded", "node_unreachable"
  std::chrono::nanoseconds took{0};
  bool interrupted = false;

  [[nodiscard]] std::uint64_t failed() const;
};

class LoadRun {
 public:
  LoadRun(P2PClient& client, LoadPlan plan);
  LoadRun(const LoadRun&) = delete;
  LoadRun& operator=(const LoadRun&) = delete;
  ~LoadRun();

  /// `calls` calls (0: any number), or as many as begin within `duration` (0: any time); one of them is
  /// given. The first error when no call worked; it ends at once when that one says that none ever will.
  [[nodiscard]] Result<LoadReport> run(std::uint64_t calls, std::chrono::milliseconds duration);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2p
