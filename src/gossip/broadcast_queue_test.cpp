#include "gossip/broadcast_queue.hpp"

#include <gtest/gtest.h>

namespace p2p::gossip {
namespace {

Message text(std::string body) { return User{std::move(body)}; }

struct BroadcastQueueTest : testing::Test {
  BroadcastQueue::Ticket add(const std::string& body, const std::string& about = {}) {
    return queue.add(about, text(body), body.size());
  }
  /// The bodies that go into a packet with so much room, in order, with a comma after each.
  std::string fill(std::size_t room, std::uint32_t times = 4) {
    std::vector<Message> parts;
    (void)queue.fill(parts, room, 2, times);
    std::string bodies;
    for (const Message& part : parts) bodies += std::get<User>(part).body + ",";
    return bodies;
  }
  BroadcastQueue queue{8};
};

TEST_F(BroadcastQueueTest, the_least_told_goes_first_then_the_longest_then_the_newest) {
  add("old");
  add("long one");
  EXPECT_EQ(fill(100), "long one,old,");
  add("new");
  add("neu");
  EXPECT_EQ(fill(100), "neu,new,long one,old,");
}

TEST_F(BroadcastQueueTest, a_packet_takes_the_longest_that_still_fits_with_its_overhead) {
  add("12345678");
  add("1234");
  add("123");
  EXPECT_EQ(fill(9), "1234,");  // 8 + 2 is too much; 3 bytes are left, 123 needs 5
  EXPECT_EQ(fill(15), "12345678,123,");
  EXPECT_EQ(fill(2), "");
}

TEST_F(BroadcastQueueTest, one_that_was_told_often_enough_is_gone) {
  const auto ticket = add("x");
  EXPECT_EQ(fill(100, 2), "x,");
  EXPECT_TRUE(queue.waiting(ticket));
  EXPECT_EQ(fill(100, 2), "x,");
  EXPECT_FALSE(queue.waiting(ticket));
  EXPECT_TRUE(queue.empty());
}

TEST_F(BroadcastQueueTest, one_packet_never_has_the_same_message_twice) {
  add("x");
  EXPECT_EQ(fill(1000, 8), "x,");
}

TEST_F(BroadcastQueueTest, news_of_a_node_replaces_older_news_of_it_and_begins_anew) {
  add("first of a", "a");
  add("of b", "b");
  (void)fill(100);
  add("second of a", "a");
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(fill(100), "second of a,of b,");
  EXPECT_TRUE(queue.waiting_about("a"));
  for (int i = 0; i < 4; ++i) (void)fill(100);
  EXPECT_FALSE(queue.waiting_about("a"));
}

TEST_F(BroadcastQueueTest, messages_about_nobody_replace_nothing) {
  add("x");
  add("x");
  EXPECT_EQ(queue.size(), 2u);
}

TEST_F(BroadcastQueueTest, above_its_bound_the_most_often_told_is_dropped) {
  const auto told = add("told", "a");
  EXPECT_EQ(fill(100), "told,");
  for (int i = 0; i < 8; ++i) add("fresh");
  EXPECT_EQ(queue.size(), 8u);
  EXPECT_FALSE(queue.waiting(told));
  EXPECT_FALSE(queue.waiting_about("a"));
}

TEST_F(BroadcastQueueTest, a_packet_has_at_most_255_parts) {
  BroadcastQueue many(400);
  for (int i = 0; i < 400; ++i) many.add({}, text("x"), 1);
  std::vector<Message> parts;
  EXPECT_EQ(many.fill(parts, 10'000, 2, 4), 255u * 3);
  EXPECT_EQ(parts.size(), 255u);
}

}  // namespace
}  // namespace p2p::gossip
