#include "node/own_figures.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

using namespace std::chrono_literals;

TEST(OwnFigures, are_those_of_the_last_sample_and_know_their_age) {
  ServiceCells cells;
  EXPECT_FALSE(OwnFigures::read(cells, Instant(10s)));
  ServiceCells::Cells& system = cells.of("system");
  system.cell("cpu_percent_hundredths", true).value = 1234;
  system.cell("memory_percent_hundredths", true).value = 5;
  EXPECT_FALSE(OwnFigures::read(cells, Instant(10s))) << "nothing was sampled yet";
  system.cell("sampled_at_monotonic_ms", true).value = 9'500;
  const auto figures = OwnFigures::read(cells, Instant(10s));
  ASSERT_TRUE(figures);
  EXPECT_DOUBLE_EQ(figures->cpu_percent, 12.34);
  EXPECT_DOUBLE_EQ(figures->memory_percent, 0.05);
  EXPECT_EQ(figures->age, 500ms);
}

}  // namespace
}  // namespace p2p
