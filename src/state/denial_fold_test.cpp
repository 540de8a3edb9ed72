#include "state/denial_fold.hpp"

#include <string>

#include <gtest/gtest.h>

namespace p2p {
namespace {

using namespace std::chrono_literals;
const Instant start{100s};

AuditRecord denial(std::string peer, std::string reason = "unauthenticated") {
  AuditRecord record;
  record.peer = std::move(peer);
  record.outcome = std::move(reason);
  return record;
}

TEST(DenialFold, the_first_is_a_record_and_the_rest_of_its_second_are_one) {
  DenialFold fold;
  EXPECT_TRUE(fold.add(denial("10.0.0.1:1000"), start));
  for (int port = 1001; port < 1100; ++port) {
    EXPECT_FALSE(fold.add(denial("10.0.0.1:" + std::to_string(port)), start + 500ms));
  }
  EXPECT_TRUE(fold.due(start + 999ms).empty());
  const auto records = fold.due(start + 1s);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].count, 99U);
  EXPECT_EQ(records[0].peer, "10.0.0.1:1099");
}

TEST(DenialFold, one_that_goes_on_makes_one_record_a_second) {
  DenialFold fold;
  std::size_t records = 0;
  for (int ms = 0; ms < 10'000; ms += 10) {
    records += fold.due(start + std::chrono::milliseconds(ms)).size();
    records += fold.add(denial("10.0.0.1:1"), start + std::chrono::milliseconds(ms)) ? 1U : 0U;
  }
  EXPECT_EQ(records, 10U);
}

TEST(DenialFold, other_addresses_and_reasons_are_records_of_their_own) {
  DenialFold fold;
  EXPECT_TRUE(fold.add(denial("10.0.0.1:1"), start));
  EXPECT_TRUE(fold.add(denial("10.0.0.2:1"), start));
  EXPECT_TRUE(fold.add(denial("10.0.0.1:1", "forbidden"), start));
  EXPECT_TRUE(fold.add(denial("[::1]:1"), start));
  EXPECT_FALSE(fold.add(denial("[::1]:2"), start));
}

TEST(DenialFold, after_a_quiet_second_the_next_is_a_record_again) {
  DenialFold fold;
  EXPECT_TRUE(fold.add(denial("10.0.0.1:1"), start));
  EXPECT_TRUE(fold.add(denial("10.0.0.1:1"), start + 1s)) << "also when nobody asked what was due";
  EXPECT_TRUE(fold.due(start + 2s).empty());
  EXPECT_FALSE(fold.holds());
}

TEST(DenialFold, many_addresses_do_not_fill_the_memory_nor_the_log) {
  DenialFold fold;
  std::size_t records = 0;
  for (int i = 0; i < 100'000; ++i)
    records += fold.add(denial("a" + std::to_string(i) + ":1"), start) ? 1U : 0U;
  EXPECT_EQ(records, DenialFold::keys + 1);
  const auto rest = fold.flush();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].peer, "others");
  EXPECT_EQ(rest[0].count, 100'000 - records);
}

TEST(DenialFold, nothing_that_was_counted_is_lost_at_the_end) {
  DenialFold fold;
  (void)fold.add(denial("10.0.0.1:1"), start);
  (void)fold.add(denial("10.0.0.1:1"), start);
  const auto rest = fold.flush();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].count, 1U);
  EXPECT_FALSE(fold.holds());
}

}  // namespace
}  // namespace p2p
