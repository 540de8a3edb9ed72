// CoordinatorProbe: a worker's search for its coordinator: tries each address, first soon, then every 15 s,
// for ever, and says in the log what fails. Joining is the cluster's business, which this version does not
// have: it can only say whether a coordinator answers.
//
// Threads: the loop's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/log.hpp"
#include "net/loop.hpp"

namespace p2p {

/// The pause after this many tries in a row: 1, 2, 4, 8, then 15 s.
[[nodiscard]] std::chrono::seconds probe_pause(std::size_t tries);

class CoordinatorProbe {
 public:
  CoordinatorProbe(Loop& loop, Log& log, std::vector<std::string> coordinators);
  CoordinatorProbe(const CoordinatorProbe&) = delete;
  CoordinatorProbe& operator=(const CoordinatorProbe&) = delete;

  /// `give_up` runs when no coordinator has answered for so long after `start`; 0: it looks for ever.
  void within(std::chrono::milliseconds limit, Job give_up);
  void start();
  void stop();

  /// "127.0.0.1:8001 refuses connections since 12 s": for /readyz.
  [[nodiscard]] std::string status() const;

 private:
  void ask();
  void resolved(const std::string& at, const Result<Endpoint>& place);
  void answered(bool reached, const std::string& what);

  Loop& loop_;
  Log& log_;
  std::vector<std::string> coordinators_;
  std::size_t next_ = 0, tries_ = 0;
  std::string last_;
  Instant since_;
  bool stopped_ = false, reached_ = false;
  std::chrono::milliseconds limit_{0};
  Job give_up_;
  Executor::TimerId timer_ = 0, limit_timer_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // for answers that come after its end
};

}  // namespace p2p
