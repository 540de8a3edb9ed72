#include "net/udp_socket.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace p2p {
namespace {

struct UdpSocketTest : testing::Test {
  std::unique_ptr<UdpSocket> bound(const Endpoint& at) {
    auto socket = UdpSocket::bind(at);
    EXPECT_TRUE(socket) << socket.error().message();
    return *std::move(socket);
  }
  void until(const std::function<bool()>& holds) {
    const Instant end = clock.now() + std::chrono::seconds(30);
    while (!holds() && clock.now() < end) loop.poll();
  }

  SystemClock clock;
  Loop loop{clock, nullptr};
  const Endpoint any = *Endpoint::parse("127.0.0.1", 0);
};

TEST_F(UdpSocketTest, takes_each_datagram_whole_with_its_sender) {
  const auto one = bound(any), two = bound(any);
  std::vector<std::pair<Endpoint, std::string>> taken;
  one->receive(loop, [&](const Endpoint& from, std::string_view bytes) { taken.emplace_back(from, bytes); });
  const std::string longest(65'507, 'x');
  EXPECT_TRUE(two->send(one->local(), "hello"));
  EXPECT_TRUE(two->send(one->local(), ""));
  EXPECT_TRUE(two->send(one->local(), longest));
  EXPECT_FALSE(two->send(one->local(), longest + 'x'));
  until([&] { return taken.size() == 3; });
  ASSERT_EQ(taken.size(), 3U);
  EXPECT_EQ(taken[0].first, two->local());
  EXPECT_EQ(taken[0].second, "hello");
  EXPECT_EQ(taken[1].second, "");
  EXPECT_EQ(taken[2].second, longest);
}

TEST_F(UdpSocketTest, goes_on_when_one_it_wrote_to_is_not_there) {
  const auto one = bound(any), two = bound(any);
  const Endpoint gone = bound(any)->local();
  int taken = 0;
  one->receive(loop, [&](const Endpoint&, std::string_view) { ++taken; });
  for (int i = 0; i < 3; ++i) (void)one->send(gone, "anybody?");
  loop.poll();
  EXPECT_TRUE(two->send(one->local(), "here"));
  until([&] { return taken == 1; });
  EXPECT_EQ(taken, 1);
}

TEST_F(UdpSocketTest, a_flood_does_not_keep_the_loop_and_stop_holds_at_once) {
  const auto one = bound(any), two = bound(any);
  int taken = 0;
  one->receive(loop, [&](const Endpoint&, std::string_view) {
    if (++taken == 70) one->stop();
  });
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(two->send(one->local(), "x"));
  loop.poll();
  EXPECT_LE(taken, 70);
  until([&] { return taken == 70; });
  for (int i = 0; i < 10; ++i) loop.poll();
  EXPECT_EQ(taken, 70);
}

TEST_F(UdpSocketTest, a_taken_port_is_a_conflict) {
  const auto one = bound(any);
  const auto second = UdpSocket::bind(one->local());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Errc::conflict);
}

}  // namespace
}  // namespace p2p
