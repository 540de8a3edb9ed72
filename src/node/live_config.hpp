// LiveConfig: the configuration that a running node has, and how it changes: SIGHUP reads everything again,
// what a running node takes holds from then on, the rest is named and waits for a restart. A configuration
// with a mistake changes nothing at all.
//
// Threads:  the loop's; the reading runs on the pool, since a file may be on a disk that hangs.
// Lifetime: loop and log outlive it.
#pragma once

#include <functional>
#include <memory>

#include "base/executor.hpp"
#include "base/log.hpp"
#include "node/config_change.hpp"

namespace p2p {

/// Reads flags, environment and files again. Called on a thread of the pool, one at a time.
using ReadConfig = std::function<Result<Config>()>;

class LiveConfig {
 public:
  /// `read` may be empty: then nothing can change.
  LiveConfig(Config config, ReadConfig read, Executor& loop, Log& log)
      : config_(std::move(config)), read_(std::move(read)), loop_(loop), log_(log) {}
  LiveConfig(const LiveConfig&) = delete;
  LiveConfig& operator=(const LiveConfig&) = delete;

  [[nodiscard]] const Config& now() const noexcept { return config_; }

  /// `apply` gives the parts what `now` says; it runs after each reading that was sound, with the
  /// differences.
  using Apply = std::function<void(const std::vector<ConfigChange>&)>;
  void on_change(Apply apply) { apply_ = std::move(apply); }

  /// A request that comes during a reading is one more reading after it.
  void reload();

 private:
  void finished(Result<Config> fresh);
  void tell(const std::vector<ConfigChange>& changes) const;

  Config config_;
  ReadConfig read_;
  Executor& loop_;
  Log& log_;
  Apply apply_;
  bool reading_ = false, again_ = false;
  std::shared_ptr<const void> alive_ = std::make_shared<int>();
};

/// A line for each mistake of a configuration that could not be read.
[[nodiscard]] std::vector<std::string> config_mistakes(const Error& error);

}  // namespace p2p
