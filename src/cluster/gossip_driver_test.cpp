// Nodes with real sockets on loopback, each with a gossip thread of its own, that share the main loop of the
// test.
#include "cluster/gossip_driver.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "net/http_server.hpp"
#include "net/udp_socket.hpp"
#include "testing/capture_log.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;
using Kind = gossip::MemberEventKind;

struct NoHttp final : HttpHandler {
  void on_request(const HttpRequest&, HttpExchange& exchange) override {
    exchange.respond({.body = "hello"});
  }
  std::size_t body_limit(const HttpRequest&) override { return 0; }
  std::string refusal(Errc, std::string_view, std::string&) override { return {}; }
};

/// Quicker than in the world, but for the time that an accused has: a busy machine must not kill a node.
gossip::SerfConfig quick() {
  gossip::SerfConfig config;
  config.swim.probe_interval_ms = 100;
  config.swim.probe_timeout_ms = 50;
  config.swim.gossip_interval_ms = 20;
  config.swim.push_pull_interval_ms = 1'000;
  config.swim.suspicion_mult = 30;
  config.swim.suspicion_max_ms = 5'000;
  config.swim.leave_linger_ms = 100;
  return config;
}

class Node final : public GossipListener {
 public:
  Node(Loop& loop, const Clock& clock, Random& random, BlockingPool& pool, std::string id,
       std::vector<std::string> seeds, char key = 'k', gossip::Tags more = {},
       const Endpoint& place = *Endpoint::parse("127.0.0.1", 0))
      : server_(loop, handler_, log, {}, "") {
    server_.divert(std::string("\x0a\x00\x06", 3), [this](HttpServer::Diverted one) {
      driver->take(std::move(one.socket), one.client, std::move(one.read));
    });
    at = *server_.listen(place);
    GossipSettings settings;
    settings.node_id = std::move(id);
    settings.listen = settings.advertise = at;
    settings.tags = std::move(more);
    settings.tags["role"] = "worker";
    settings.keys.emplace_back(std::string(32, key));
    settings.seeds = std::move(seeds);
    settings.config = quick();
    settings.illness = [this] { return ill.load() ? std::string("loop") : std::string(); };
    settings.look_after = 10ms;
    auto made = GossipDriver::make(std::move(settings), loop, *this, clock, random, pool, log);
    EXPECT_TRUE(made) << made.error().message();
    driver = *std::move(made);
    driver->start();
  }

  void cluster_changed(const ClusterViewPtr&, const std::vector<gossip::MemberEvent>& more) override {
    for (const gossip::MemberEvent& event : more) events.push_back(event);
  }
  void id_in_use(const Endpoint& at_there) override { rival = at_there; }
  void left() override { gone = true; }

  [[nodiscard]] std::size_t alive() const { return driver->view()->count(MemberStatus::alive); }
  [[nodiscard]] MemberStatus sees(std::string_view id) const {
    const ClusterViewPtr view = driver->view();
    const ClusterMember* member = view->find(id);
    return member == nullptr ? MemberStatus::left : member->status;
  }
  [[nodiscard]] std::string tag(std::string_view id, std::string_view key) const {
    const ClusterViewPtr view = driver->view();
    const ClusterMember* member = view->find(id);
    return member == nullptr ? std::string() : std::string(member->tag(key));
  }
  [[nodiscard]] int heard(Kind kind, std::string_view name) const {
    int count = 0;
    for (const gossip::MemberEvent& event : events)
      count += event.kind == kind && (event.node ? event.node->name : event.name) == name ? 1 : 0;
    return count;
  }

  CaptureLog log;
  Endpoint at;
  std::unique_ptr<GossipDriver> driver;
  std::vector<gossip::MemberEvent> events;
  std::optional<Endpoint> rival;
  std::atomic<bool> ill{false};
  bool gone = false;

 private:
  NoHttp handler_;
  HttpServer server_;
};

struct GossipDriverTest : testing::Test {
  Node& add(const std::string& id, char key = 'k', gossip::Tags tags = {}) {
    std::vector<std::string> seeds;
    if (!nodes.empty()) seeds.push_back(nodes.front()->at.text());
    return *nodes.emplace_back(std::make_unique<Node>(loop, clock, random, pool, id, seeds, key, tags));
  }
  bool until(const std::function<bool()>& holds) {
    const Instant end = clock.now() + 60s;
    while (!holds() && clock.now() < end) loop.poll();
    return holds();
  }
  [[nodiscard]] bool all_see(std::size_t alive) const {
    return std::ranges::all_of(nodes, [&](const auto& node) { return node->alive() == alive; });
  }
  void TearDown() override {
    for (const auto& node : nodes) node->driver->stop();
    loop.poll();
  }

  SystemClock clock;
  SystemRandom random;
  Loop loop{clock, nullptr};
  std::vector<std::unique_ptr<Node>> nodes;
  BlockingPool pool;
};

TEST_F(GossipDriverTest, nodes_find_one_another_by_one_seed_and_see_tags_change) {
  Node& a = add("a");
  Node& b = add("b");
  Node& c = add("c");
  ASSERT_TRUE(until([&] { return all_see(3); })) << c.log.text();
  EXPECT_TRUE(b.driver->view()->joined);
  EXPECT_EQ(a.tag("c", "role"), "worker");
  EXPECT_TRUE(until([&] { return a.heard(Kind::joined, "c") == 1; }));
  ASSERT_TRUE(c.driver->set_tags({{"role", "worker"}, {"zone", "x"}}));
  EXPECT_TRUE(until([&] { return a.tag("c", "zone") == "x" && b.tag("c", "zone") == "x"; }));
  EXPECT_FALSE(c.driver->set_tags({{"zone", std::string(600, 'x')}})) << "what does not fit is refused here";
}

TEST_F(GossipDriverTest, one_that_leaves_has_left_and_one_that_falls_silent_is_dead) {
  Node& a = add("a");
  Node& b = add("b");
  Node& c = add("c");
  add("d");
  ASSERT_TRUE(until([&] { return all_see(4); }));
  b.driver->leave();
  ASSERT_TRUE(until([&] { return b.gone; }));
  b.driver->stop();
  c.driver->stop();
  ASSERT_TRUE(until([&] { return a.heard(Kind::failed, "c") == 1; })) << a.log.text();
  EXPECT_EQ(a.sees("c"), MemberStatus::dead);
  EXPECT_EQ(a.sees("b"), MemberStatus::left);
  EXPECT_EQ(a.heard(Kind::failed, "b"), 0);
  bool done = false;
  a.driver->forget("c", [&](Result<void> forgotten) { done = forgotten.has_value(); });
  EXPECT_TRUE(until([&] { return done && a.driver->view()->find("c") == nullptr; }));
}

TEST_F(GossipDriverTest, one_with_another_key_is_no_member_and_is_told_of_once) {
  Node& a = add("a");
  add("b");
  Node& stranger = add("s", 'x');
  ASSERT_TRUE(until([&] { return a.driver->counters().unsealed > 0 && a.alive() == 2; }));
  EXPECT_EQ(a.driver->view()->find("s"), nullptr);
  EXPECT_FALSE(stranger.driver->view()->joined);
  EXPECT_EQ(stranger.alive(), 1U);
  EXPECT_LE(a.log.count("not sealed with a key"), 1U);
}

TEST_F(GossipDriverTest, the_second_holder_of_an_id_is_told_to_give_way) {
  Node& a = add("a", 'k', {{"inst", "a1-x"}});
  Node& first = add("b", 'k', {{"inst", "b1-x"}});
  ASSERT_TRUE(until([&] { return all_see(2); }));
  Node& second = add("b", 'k', {{"inst", "b2-x"}});
  ASSERT_TRUE(until([&] { return second.rival.has_value(); })) << second.log.text();
  EXPECT_EQ(*second.rival, first.at);
  EXPECT_EQ(a.driver->view()->find("b")->at, first.at);
  EXPECT_TRUE(until([&] { return a.sees("b") == MemberStatus::alive; }));
}

TEST_F(GossipDriverTest, an_event_reaches_every_node_once) {
  Node& a = add("a");
  Node& b = add("b");
  Node& c = add("c");
  ASSERT_TRUE(until([&] { return all_see(3); }));
  const auto all_heard = [&](int times) {
    return std::ranges::all_of(
        nodes, [&](const auto& node) { return node->heard(Kind::user_event, "p2p.rescan") == times; });
  };
  b.driver->user_event("p2p.rescan", "now");
  EXPECT_TRUE(until([&] { return all_heard(1); }));
  a.driver->user_event("p2p.rescan", "again");
  EXPECT_TRUE(until([&] { return all_heard(2); }));
  c.driver->user_event("p2p.rescan", "and again");
  EXPECT_TRUE(until([&] { return all_heard(3); })) << "the earlier ones are not told twice";
}

TEST_F(GossipDriverTest, a_node_that_is_ill_says_so_to_all_and_when_it_is_well_again) {
  Node& a = add("a");
  Node& b = add("b");
  ASSERT_TRUE(until([&] { return all_see(2); }));
  b.ill = true;
  ASSERT_TRUE(until([&] { return a.tag("b", "deg") == "loop"; }));
  EXPECT_TRUE(until([&] { return a.sees("b") == MemberStatus::alive; })) << "ill is not dead";
  b.ill = false;
  EXPECT_TRUE(until([&] { return a.tag("b", "deg").empty(); }));
  b.driver->set_draining(true);
  EXPECT_TRUE(until([&] { return a.driver->view()->find("b")->draining(); }));
}

TEST_F(GossipDriverTest, garbage_changes_nothing_and_is_counted) {
  Node& a = add("a");
  add("b");
  ASSERT_TRUE(until([&] { return all_see(2); }));
  const auto udp = *UdpSocket::bind(*Endpoint::parse("127.0.0.1", 0));
  std::string junk(300, '\0');
  for (int i = 0; i < 500; ++i) {
    for (std::size_t at = 0; at < junk.size(); ++at)
      junk[at] = static_cast<char>(i * 31 + static_cast<int>(at) * 7);
    (void)udp->send(a.at, std::string_view(junk).substr(0, static_cast<std::size_t>(i) % junk.size()));
  }
  ASSERT_TRUE(until([&] { return a.driver->counters().unsealed >= 100; }));
  EXPECT_TRUE(until([&] { return all_see(2); }));
  EXPECT_EQ(a.log.count("further ones within a minute"), 1U);
}

TEST_F(GossipDriverTest, who_waits_for_its_seed_says_so_and_joins_when_it_comes) {
  Endpoint later;
  {
    NoHttp handler;
    CaptureLog log;
    HttpServer brief(loop, handler, log, {}, "");
    later = *brief.listen(*Endpoint::parse("127.0.0.1", 0));
  }
  nodes.push_back(std::make_unique<Node>(loop, clock, random, pool, "w", std::vector{later.text()}));
  Node& worker = *nodes.back();
  ASSERT_TRUE(until([&] { return worker.log.has("waiting for " + later.text()); })) << worker.log.text();
  EXPECT_TRUE(
      until([&] { return worker.driver->view()->join_status.find("(attempt ") != std::string::npos; }));
  EXPECT_FALSE(worker.driver->view()->joined);
  Node& coordinator = *nodes.emplace_back(std::make_unique<Node>(
      loop, clock, random, pool, "c", std::vector<std::string>{}, 'k', gossip::Tags{}, later));
  EXPECT_TRUE(until([&] { return all_see(2) && worker.driver->view()->joined; })) << worker.log.text();
  EXPECT_TRUE(coordinator.driver->view()->joined) << "it needs nobody";
}

}  // namespace
}  // namespace p2p
