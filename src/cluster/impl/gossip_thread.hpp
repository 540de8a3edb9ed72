// GossipThread: the driver's inside, which runs on the gossip loop: what comes in goes to SerfCore, what
// SerfCore wants done is done, what it knows is published.
//
// Threads: the gossip loop's own, but for the constructor.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/gossip_driver.hpp"
#include "cluster/joiner.hpp"
#include "cluster/stream_transport.hpp"
#include "gossip/keyring.hpp"
#include "gossip/serf_core.hpp"
#include "net/loop_thread.hpp"
#include "net/udp_socket.hpp"

namespace p2p {

struct GossipSurroundings {
  Executor& main;
  GossipListener& listener;
  const Clock& clock;
  Random& random;
  Log& log;
  Published<ClusterView>& view;
  GossipCounters& counters;
};

/// `tags` with those that the driver itself sets; `illness` empty: well.
[[nodiscard]] gossip::Tags with_own_tags(gossip::Tags tags, std::string_view illness, bool draining);

class GossipThread final : private StreamListener {
 public:
  GossipThread(GossipSurroundings around, Loop& loop, GossipSettings settings, gossip::Keyring keys,
               std::unique_ptr<UdpSocket> udp);
  GossipThread(const GossipThread&) = delete;
  GossipThread& operator=(const GossipThread&) = delete;

  void begin();
  void take(UniqueFd socket, const Endpoint& from, std::string read);
  void set_tags(gossip::Tags tags);
  void set_draining(bool draining);
  void probe_soon(const std::string& node);
  void forget(const std::string& node, std::move_only_function<void(Result<void>)> done);
  void user_event(std::string name, std::string payload);
  void leave();

 private:
  [[nodiscard]] gossip::TimePoint now() const;
  [[nodiscard]] Instant instant(gossip::TimePoint at) const { return Instant(std::chrono::microseconds(at)); }

  // what comes in
  void on_datagram(const Endpoint& from, std::string_view sealed);
  void on_frame(gossip::StreamId id, std::string frame) override;
  void on_stream_failed(gossip::StreamId id, const Error& why) override;
  void complain(const Endpoint& from, std::string_view what, Tally& counter);

  // what is to be done
  void act();
  void act(const gossip::SendPacket& packet);
  void act(const gossip::OpenStream& stream);
  void act(const gossip::Reply& reply);
  void act(const gossip::Close& close) { streams_.close(close.id); }
  void act(const gossip::Notify& notify);
  void act(const gossip::JoinResult& result);
  void act(const gossip::LeaveDone& done);
  void arm();
  void on_timer();

  // joining: gossip_joining.cpp
  void join_when_due();
  void ask(const std::string& seed);
  void resolved(const std::string& seed, const Result<Endpoint>& at);
  [[nodiscard]] bool is_living_member(const std::string& seed);
  void rival_seen(const gossip::MemberEvent& conflict);
  void ask_rival();
  [[nodiscard]] bool is_rivals_answer(const Endpoint& from, const std::vector<gossip::Message>& parts);
  void remember_when_due();

  // what others see
  void look_after_oneself();
  void tell_tags();
  void log_event(const gossip::MemberEvent& event);
  void changed();
  void publish();

  GossipSurroundings around_;
  Loop& loop_;
  GossipSettings settings_;
  gossip::Keyring keys_;
  gossip::KeyringInMemory key_control_{keys_};
  std::unique_ptr<UdpSocket> udp_;
  StreamTransport streams_;
  gossip::SerfCore core_;
  Joiner joiner_;

  Executor::TimerId timer_ = 0;
  gossip::TimePoint armed_for_ = 0;
  bool acting_ = false;

  std::map<std::string, Endpoint> places_;               ///< of seeds, as resolved last
  std::map<std::string, gossip::TimePoint> complained_;  ///< by source
  std::vector<gossip::MemberEvent> events_;              ///< since the last view
  bool publish_planned_ = false;
  gossip::TimePoint published_ = 0, remembered_at_ = 0;

  std::string illness_;  ///< as the tag says it
  gossip::TimePoint well_since_ = 0;
  bool draining_ = false, leaving_ = false;
  gossip::TimePoint tags_told_ = 0;
  bool tags_planned_ = false;
  bool was_joined_ = false;
  gossip::TimePoint begun_ = 0;

  struct Rival {
    Endpoint at;
    std::uint32_t seq = 0;
    int asked = 0;
  };
  std::optional<Rival> rival_;
};

class GossipDriver::Impl {
 public:
  Impl(GossipSurroundings around, BlockingPool& pool, GossipSettings settings, gossip::Keyring keys,
       std::unique_ptr<UdpSocket> udp)
      : thread_(around.clock, &pool, "gossip"),
        gossip_(std::make_unique<GossipThread>(around, thread_.loop(), std::move(settings), std::move(keys),
                                               std::move(udp))) {}

  void start() {
    post([](GossipThread& gossip) { gossip.begin(); });
    thread_.start();
  }
  void stop() { thread_.stop(); }
  /// Jobs that never run are dropped with the loop, before what they name.
  template <class Act>
  void post(Act&& act) {
    thread_.loop().post([this, act = std::forward<Act>(act)]() mutable { act(*gossip_); });
  }

 private:
  LoopThread thread_;
  std::unique_ptr<GossipThread> gossip_;
};

}  // namespace p2p
