#include "cluster/stream_transport.hpp"

#include <map>

#include <gtest/gtest.h>

#include "gossip/codec.hpp"
#include "gossip/stream_framer.hpp"
#include "net/http_server.hpp"
#include "testing/capture_log.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;

/// A frame as the keyring makes it, but for the secrecy.
std::string frame(std::size_t size, char fill = 'x') {
  std::string bytes("\x0a", 1);
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((size >> shift) & 0xff);
  return bytes + std::string(size, fill);
}

struct Peer final : StreamListener {
  void on_frame(gossip::StreamId id, std::string bytes) override { frames[id] = std::move(bytes); }
  void on_stream_failed(gossip::StreamId id, const Error& why) override { failures.emplace(id, why.code()); }
  std::map<gossip::StreamId, std::string> frames;
  std::map<gossip::StreamId, Errc> failures;
};

struct NoHttp final : HttpHandler {
  void on_request(const HttpRequest&, HttpExchange& exchange) override { exchange.respond({}); }
  std::size_t body_limit(const HttpRequest&) override { return 0; }
  std::string refusal(Errc, std::string_view, std::string&) override { return {}; }
};

/// One loop with a server whose connections of gossip go to `there`.
struct StreamTransportTest : testing::Test {
  void SetUp() override {
    server.divert("\x0a", [this](HttpServer::Diverted one) {
      streams_there.take(std::move(one.socket), one.client, std::move(one.read));
    });
    at = *server.listen(*Endpoint::parse("127.0.0.1", 0));
  }
  bool until(const std::function<bool()>& holds) {
    const Instant end = clock.now() + 30s;
    while (!holds() && clock.now() < end) loop.poll();
    return holds();
  }
  void open(gossip::StreamId id, std::string bytes, std::chrono::milliseconds limit = 20s) {
    streams_here.open(id, at, std::move(bytes), clock.now() + limit);
  }

  SystemClock clock;
  CaptureLog log;
  Loop loop{clock, nullptr};
  NoHttp handler;
  HttpServer server{loop, handler, log, {}, ""};
  Endpoint at;
  Peer here, there;
  StreamTransport streams_here{loop, here}, streams_there{loop, there};
};

TEST_F(StreamTransportTest, carries_a_frame_there_and_one_back) {
  const std::string question = frame(300'000, 'q'), answer = frame(200'000, 'a');
  open(1, question);
  ASSERT_TRUE(until([&] { return !there.frames.empty(); }));
  const gossip::StreamId id = there.frames.begin()->first;
  EXPECT_NE(id & gossip::incoming_stream, 0U);
  EXPECT_EQ(there.frames.begin()->second, question);
  streams_there.reply(id, answer);
  ASSERT_TRUE(until([&] { return here.frames.contains(1); }));
  EXPECT_EQ(here.frames.at(1), answer);
  EXPECT_TRUE(until([&] { return streams_there.incoming() == 0; }));
  EXPECT_TRUE(here.failures.empty());
}

TEST_F(StreamTransportTest, nobody_there_is_node_unreachable) {
  Endpoint gone = at;
  {
    HttpServer other(loop, handler, log, {}, "");
    gone = *other.listen(*Endpoint::parse("127.0.0.1", 0));
  }
  streams_here.open(1, gone, frame(3), clock.now() + 20s);
  ASSERT_TRUE(until([&] { return here.failures.contains(1); }));
  EXPECT_EQ(here.failures.at(1), Errc::node_unreachable);
}

TEST_F(StreamTransportTest, no_answer_is_a_timeout_and_a_closed_stream_is_unreachable) {
  open(1, frame(3), 50ms);
  ASSERT_TRUE(until([&] { return here.failures.contains(1); }));
  EXPECT_EQ(here.failures.at(1), Errc::timeout);
  there.frames.clear();
  open(2, frame(3));
  ASSERT_TRUE(until([&] { return !there.frames.empty(); }));
  streams_there.close(there.frames.begin()->first);
  ASSERT_TRUE(until([&] { return here.failures.contains(2); }));
  EXPECT_EQ(here.failures.at(2), Errc::node_unreachable);
}

TEST_F(StreamTransportTest, what_is_too_long_is_closed_and_nobody_is_told_of_it) {
  open(1, frame(8).replace(1, 1, "\x7f"));
  ASSERT_TRUE(until([&] { return here.failures.contains(1); }));
  EXPECT_TRUE(there.frames.empty());
  EXPECT_EQ(streams_there.incoming(), 0U);
}

TEST_F(StreamTransportTest, serves_sixteen_at_once_and_turns_the_others_away) {
  for (gossip::StreamId id = 1; id <= 20; ++id) open(id, frame(3));
  ASSERT_TRUE(until([&] { return here.failures.size() == 4; }));
  EXPECT_EQ(streams_there.incoming(), StreamTransport::most_incoming);
  EXPECT_EQ(streams_there.turned_away(), 4U);
  for (const auto& [id, bytes] : std::map(there.frames)) streams_there.reply(id, frame(1));
  ASSERT_TRUE(until([&] { return here.frames.size() == 16; }));
  open(21, frame(3));
  EXPECT_TRUE(until([&] { return there.frames.size() == 17; })) << "there is room again";
}

TEST_F(StreamTransportTest, goes_while_streams_are_under_way_and_nobody_is_told) {
  Peer brief;
  {
    StreamTransport streams(loop, brief);
    streams.open(1, at, frame(3), clock.now() + 20s);
    loop.poll();
  }
  for (int i = 0; i < 100; ++i) loop.poll();
  EXPECT_TRUE(brief.frames.empty() && brief.failures.empty());
}

}  // namespace
}  // namespace p2p
