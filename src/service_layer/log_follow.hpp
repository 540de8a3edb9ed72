// LogFollowers: the streams of GET /logs?follow=1. A follower remembers the number of the last line it has
// seen and reads on in the log's ring, so nothing is lost between looking back and following, and nothing is
// queued for it but what its connection holds (stream_room). One that lags by more than the ring is told how
// many lines it missed.
//
// A stream ends with its client, when the node stops, and when the token expires that began it.
//
// Threads: the loop's; lines are written by any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "base/log_ring.hpp"
#include "model/caller.hpp"
#include "net/http_server.hpp"
#include "service_layer/log_query.hpp"

namespace p2p {

class LogFollowers {
 public:
  static constexpr std::size_t most = 256;               ///< streams; each may hold a connection for ever
  static constexpr std::chrono::milliseconds pause{20};  ///< at least, between two looks at the log
  static constexpr std::chrono::seconds sign_of_life{
      15};  ///< proxies close what is silent, and the dead are noticed

  enum class Form { ndjson, event_stream };

  /// All of it outlives this. `node` stands in each line.
  LogFollowers(LogRing& ring, Executor& executor, std::string node);
  LogFollowers(const LogFollowers&) = delete;
  LogFollowers& operator=(const LogFollowers&) = delete;
  /// The connections must be closed by then.
  ~LogFollowers();

  [[nodiscard]] bool full() const noexcept { return followers_.size() >= most; }
  [[nodiscard]] std::size_t size() const noexcept { return followers_.size(); }
  /// Lines that slow followers missed.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

  /// `exchange` has begun its answer; it is ended here.
  void follow(HttpExchange& exchange, LogQuery query, Form form, const Caller& caller);

 private:
  class Follower;

  void forget(const Follower& follower);
  void look();
  void watch(std::uint64_t after);
  void beat();

  LogRing& ring_;
  Executor& executor_;
  std::string node_;
  std::vector<std::unique_ptr<Follower>> followers_;
  std::uint64_t dropped_ = 0;
  Executor::TimerId look_timer_ = 0, beat_timer_ = 0;
  std::shared_ptr<LogFollowers*> self_;  // for jobs that come after the end
};

}  // namespace p2p
