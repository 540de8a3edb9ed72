// P2PAdminSystem: one node. It makes every part, gives each what it needs, starts and stops them in order. It
// makes; it does not do.
//
//   start   state directory, keys, port, audit log, call path, services: from here connections queue
//   run     answers, until a signal; then: no new connections, running calls end (drain_timeout), services
//   clean up
//
// Threads: `run` makes the calling thread the node's loop.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "node/live_config.hpp"

namespace p2p {

class P2PAdminSystem {
 public:
  /// `read` gives the configuration again on SIGHUP; without it a running node keeps the one it has.
  explicit P2PAdminSystem(Config config, ReadConfig read = {});
  P2PAdminSystem(const P2PAdminSystem&) = delete;
  P2PAdminSystem& operator=(const P2PAdminSystem&) = delete;
  ~P2PAdminSystem();

  /// `conflict` when the port is taken; anything else is a refusal that only a change of configuration,
  /// secrets or file modes mends (exit 78), with the repair in the message.
  [[nodiscard]] Result<void> start();

  /// What `start` would refuse of this configuration whatever the state directory holds.
  [[nodiscard]] static Result<void> check(const Config& config);

  /// Returns the exit code: 0 after SIGTERM or SIGINT, 130 after a second one, 3 when no coordinator answered
  /// within join.timeout.
  int run();

 private:
  struct Parts;
  Config config_;  // until `start` gives it to LiveConfig
  ReadConfig read_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace p2p
