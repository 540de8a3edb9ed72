// GossipDriver: gossip in the world. It owns the thread, the clock, the datagrams and streams, and the keys;
// SerfCore decides. What it knows is published as a ClusterView, what happens is told to a listener on the
// main loop.
//
// Its thread is nobody else's: a service that keeps the main loop cannot make its node look dead, only
// `degraded`.
//
// Threads:  functions any, but for make() and start(). The listener is told on the main loop.
// Lifetime: the listener and the main loop outlive it. stop() first; the destructor does it otherwise.
// Does not: know services, HTTP or settings.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/published.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "cluster/cluster_view.hpp"
#include "cluster/gossip_counters.hpp"
#include "gossip/action.hpp"
#include "gossip/serf_config.hpp"
#include "net/blocking_pool.hpp"
#include "net/unique_fd.hpp"

namespace p2p {

class GossipListener {
 public:
  /// The view has changed; `events` in their order, perhaps none that matters to people.
  virtual void cluster_changed(const ClusterViewPtr& view,
                               const std::vector<gossip::MemberEvent>& events) = 0;
  /// Another node runs under this node's id at `at`, and this one is to give way.
  virtual void id_in_use(const Endpoint& at) = 0;
  /// leave() has come to its end: enough others know.
  virtual void left() = 0;

 protected:
  ~GossipListener() = default;
};

struct GossipSettings {
  std::string node_id;
  Endpoint listen;                      ///< where the node listens; datagrams have the same port
  Endpoint advertise;                   ///< where others reach it
  gossip::Tags tags;                    ///< 512 bytes in all
  std::vector<Secret> keys;             ///< the first seals; at least one
  std::vector<std::string> seeds;       ///< host:port
  std::vector<std::string> remembered;  ///< members of an earlier life, host:port
  gossip::SerfConfig config;
  std::chrono::milliseconds look_after{250};  ///< how often `illness` is asked
  /// "loop", "sampler", ... or empty; asked on the gossip thread. What it says becomes the tag `deg`.
  std::function<std::string()> illness;
  /// Living members to remember for another life, at most once a minute; on the gossip thread.
  std::function<void(const std::vector<std::string>&)> remember;
};

class GossipDriver {
 public:
  /// Binds the datagram port: `conflict` when it is taken; invalid_params for tags or keys that cannot be.
  [[nodiscard]] static Result<std::unique_ptr<GossipDriver>> make(GossipSettings settings, Executor& main,
                                                                  GossipListener& listener,
                                                                  const Clock& clock, Random& random,
                                                                  BlockingPool& pool, Log& log);
  GossipDriver(const GossipDriver&) = delete;
  GossipDriver& operator=(const GossipDriver&) = delete;
  ~GossipDriver();

  /// From now on it gossips.
  void start();
  /// Ends the thread; others will think this node dead unless it has left.
  void stop();

  /// The newest; never null.
  [[nodiscard]] ClusterViewPtr view() const { return view_.get(); }
  [[nodiscard]] const GossipCounters& counters() const noexcept { return counters_; }

  /// A connection that began with a byte of gossip.
  void take(UniqueFd socket, const Endpoint& from, std::string read);
  /// Those that are not the driver's own (`deg`, `drain`, `inst`). too_large when all do not fit.
  [[nodiscard]] Result<void> set_tags(gossip::Tags tags);
  void set_draining(bool draining);
  /// A hint: the connection to it broke.
  void probe_soon(std::string node);
  /// Everybody forgets a node that is gone. node_not_found; conflict for one that lives. `done` on the main
  /// loop.
  void forget(std::string node, std::move_only_function<void(Result<void>)> done);
  /// A hint to all, delivered once or not at all.
  void user_event(std::string name, std::string payload);
  /// Says good-bye; ends in left() of the listener.
  void leave();

 private:
  class Impl;
  GossipDriver() = default;

  Published<ClusterView> view_;
  GossipCounters counters_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2p
