#include "service_layer/log_follow.hpp"

#include <gtest/gtest.h>

#include "testing/manual_clock.hpp"
#include "testing/manual_executor.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

/// A client that takes what it is told to.
class FakeExchange final : public HttpExchange {
 public:
  void add_headers(std::string_view) override {}
  void respond(const HttpAnswer&) override { FAIL() << "a stream has begun"; }
  void begin(const HttpAnswer&) override {}
  void on_client_left(HttpAbort* listener) override { abort = listener; }
  void send(std::string_view piece) override {
    sent.append(piece);
    waiting += reads ? 0 : piece.size();
  }
  void end() override {
    ended = true;
    writable = {};
  }
  void cut() override { FAIL() << "never cut"; }
  [[nodiscard]] std::size_t queued() const override { return waiting; }
  void on_writable(Job job) override { writable = std::move(job); }

  void take_all() {
    waiting = 0;
    if (writable) std::exchange(writable, {})();
  }

  HttpAbort* abort = nullptr;
  std::string sent;
  bool reads = true, ended = false;
  std::size_t waiting = 0;
  Job writable;
};

class LogFollow : public testing::Test {
 protected:
  void follow(FakeExchange& client, std::string_view text,
              LogFollowers::Form form = LogFollowers::Form::ndjson, std::chrono::seconds life = 1h) {
    const auto query = Query::parse(text, LogQuery::parameters);
    Caller caller;
    caller.expires = clock.wall() + life;
    followers.follow(client, LogQuery::read(query.value(), clock.wall()).value(), form, caller);
  }
  void say(std::string message, LogLevel level = LogLevel::info) {
    LogLine line;
    line.time = clock.wall();
    line.level = level;
    line.logger = "Main";
    line.message = std::move(message);
    ring.add(std::move(line));
  }
  void turn() { executor.advance(LogFollowers::pause); }
  /// The messages of what was sent, and what else there is.
  static std::string texts(const FakeExchange& client) {
    std::string all;
    for (std::size_t at = 0; at < client.sent.size();) {
      const auto end = client.sent.find('\n', at);
      const auto object = client.sent.substr(at, end - at);
      at = end + 1;
      const auto message = object.find("\"message\":\"");
      if (message == std::string::npos) {
        all += object + ' ';
      } else {
        const auto begin = message + 11;
        all += object.substr(begin, object.find('"', begin) - begin) + ' ';
      }
    }
    return all;
  }

  ManualClock clock;
  ManualExecutor executor{clock, 4};
  LogRing ring{100};
  LogFollowers followers{ring, executor, "web-1"};
};

TEST_F(LogFollow, looks_back_and_goes_on_without_a_gap) {
  for (const char* text : {"a", "b", "c"}) say(text);
  FakeExchange client;
  follow(client, "follow=1&tail=2");
  say("d");
  turn();
  say("e");
  turn();
  EXPECT_EQ(texts(client), "b c d e ");
  EXPECT_NE(client.sent.find("\"node\":\"web-1\""), std::string::npos);
  client.abort->client_left();
  EXPECT_TRUE(client.ended);
  EXPECT_EQ(followers.size(), 0u);
  say("nobody is left");
  turn();
}

TEST_F(LogFollow, sends_only_what_fits) {
  say("old", LogLevel::error);
  say("old", LogLevel::info);
  FakeExchange client;
  follow(client, "follow=1&tail=5&level=warn");
  say("quiet");
  say("loud", LogLevel::warn);
  turn();
  EXPECT_EQ(texts(client), "old loud ");
  client.abort->client_left();
}

TEST_F(LogFollow, as_event_stream_each_line_is_an_event_with_its_number) {
  FakeExchange client;
  follow(client, "follow=1", LogFollowers::Form::event_stream);
  say("hello");
  turn();
  EXPECT_TRUE(client.sent.starts_with("id: 1\nevent: log\ndata: {\"timestamp\"")) << client.sent;
  EXPECT_TRUE(client.sent.ends_with("}\n\n"));
  client.sent.clear();
  executor.advance(LogFollowers::sign_of_life);
  EXPECT_EQ(client.sent, ": ping\n\n");
  client.abort->client_left();
}

TEST_F(LogFollow, a_slow_client_holds_little_and_hears_how_much_it_missed) {
  FakeExchange client, quick;
  client.reads = false;
  follow(client, "follow=1");
  follow(quick, "follow=1");
  for (int i = 0; i < 20; ++i) {
    for (int n = 0; n < 50; ++n) say(std::string(1000, 'x'));
    turn();
  }
  EXPECT_LT(client.waiting, stream_room + LogRing::batch * 1200) << "one batch at most beyond the room";
  const auto before = client.sent.size();
  client.reads = true;
  client.take_all();
  const std::string rest = client.sent.substr(before);
  EXPECT_TRUE(rest.starts_with("{\"dropped\":")) << rest.substr(0, 100);
  const auto lines = std::count(client.sent.begin(), client.sent.end(), '\n') - 1;
  const auto dropped = std::stoll(rest.substr(11));
  EXPECT_EQ(lines + dropped, 1000);
  EXPECT_EQ(followers.dropped(), static_cast<std::uint64_t>(dropped));
  EXPECT_EQ(std::count(quick.sent.begin(), quick.sent.end(), '\n'), 1000) << "others are not held up";
  say("on");
  turn();
  EXPECT_NE(client.sent.find("\"message\":\"on\""), std::string::npos);
  client.abort->client_left();
  quick.abort->client_left();
}

TEST_F(LogFollow, looks_at_the_log_at_most_so_often) {
  FakeExchange client;
  follow(client, "follow=1");
  say("a");
  executor.run_ready();
  EXPECT_EQ(texts(client), "a ") << "the first at once";
  say("b");
  executor.run_ready();
  EXPECT_EQ(texts(client), "a ");
  turn();
  EXPECT_EQ(texts(client), "a b ");
  client.abort->client_left();
}

TEST_F(LogFollow, ends_with_the_token_and_with_the_node) {
  FakeExchange client, other;
  follow(client, "follow=1", LogFollowers::Form::ndjson, 60s);
  follow(other, "follow=1");
  executor.advance(59s);
  EXPECT_FALSE(client.ended);
  executor.advance(1s);
  EXPECT_TRUE(client.ended);
  EXPECT_TRUE(client.sent.ends_with("{\"end\":\"token_expired\"}\n")) << client.sent;
  other.abort->server_stops();
  EXPECT_TRUE(other.ended);
  EXPECT_TRUE(other.sent.ends_with("{\"end\":\"node_stops\"}\n"));
}

TEST_F(LogFollow, so_many_and_no_more) {
  std::vector<FakeExchange> clients(LogFollowers::most);
  for (auto& client : clients) {
    EXPECT_FALSE(followers.full());
    follow(client, "follow=1&tail=0");
  }
  EXPECT_TRUE(followers.full());
  say("for all");
  turn();
  for (auto& client : clients) EXPECT_EQ(texts(client), "for all ");
  clients[7].abort->client_left();
  EXPECT_FALSE(followers.full());
  for (auto& client : clients)
    if (!client.ended) client.abort->client_left();
}

}  // namespace
}  // namespace p2p
