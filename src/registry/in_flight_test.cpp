#include "registry/in_flight.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

struct Loops {
  explicit Loops(unsigned count) : table(count), id(table.id_of("a", "b")) {}
  void begin(unsigned loop, std::size_t calls = 1) {
    for (; calls > 0; --calls) (void)table.loop(loop).begin(id);
  }
  void end(unsigned loop, std::size_t calls = 1) {
    for (; calls > 0; --calls) table.loop(loop).end_ok(id);
  }
  /// Calls come on `loop` until one is refused, at most `most`; how many were admitted.
  std::size_t fill(InFlight& in_flight, unsigned loop, std::size_t most = 100'000) {
    std::size_t admitted = 0;
    for (; admitted < most && !in_flight.full(); ++admitted) begin(loop);
    return admitted;
  }

  CallTable table;
  CallStats::MethodId id;
};

TEST(InFlight, one_loop_admits_exactly_what_it_may) {
  Loops loops(1);
  InFlight in_flight(loops.table.loop(0), 100);
  EXPECT_EQ(loops.fill(in_flight, 0), 100u);
  EXPECT_TRUE(in_flight.full());
  loops.end(0);
  EXPECT_FALSE(in_flight.full());
}

TEST(InFlight, a_loop_may_take_all_of_it_while_the_others_are_idle) {
  Loops loops(4);
  InFlight in_flight(loops.table.loop(2), 1024);
  EXPECT_EQ(loops.fill(in_flight, 2), 1024u);
}

TEST(InFlight, what_runs_elsewhere_counts) {
  Loops loops(3);
  InFlight in_flight(loops.table.loop(0), 1024);
  loops.begin(1, 1000);
  EXPECT_EQ(loops.fill(in_flight, 0), 24u);
  loops.end(1, 500);
  EXPECT_EQ(loops.fill(in_flight, 0), 500u) << "seen as soon as it matters";
}

TEST(InFlight, all_loops_together_admit_an_eighth_too_many_at_most) {
  for (const unsigned count : {2u, 3u, 8u, 64u}) {
    Loops loops(count);
    std::vector<InFlight> each;
    for (unsigned i = 0; i < count; ++i) each.emplace_back(loops.table.loop(i), 1024);
    for (unsigned i = 0; i < count; ++i) (void)each[i].full();  // each has looked, and saw nothing run
    std::size_t admitted = 0;
    for (unsigned i = 0; i < count; ++i) admitted += loops.fill(each[i], i);
    EXPECT_GE(admitted, 1024u);
    EXPECT_LE(admitted, 1024u + 1024 / 8) << count << " loops";
  }
}

TEST(InFlight, a_small_limit_is_exact_on_several_loops_too) {
  Loops loops(4);
  std::vector<InFlight> each;
  for (unsigned i = 0; i < 4; ++i) each.emplace_back(loops.table.loop(i), 10);
  std::size_t admitted = 0;
  for (int round = 0; round < 10; ++round)
    for (unsigned i = 0; i < 4; ++i) admitted += loops.fill(each[i], i, 1);
  EXPECT_EQ(admitted, 10u);
}

}  // namespace
}  // namespace p2p
