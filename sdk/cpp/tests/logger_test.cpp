#include <string>

#include <gtest/gtest.h>

#include "stub_runtime.hpp"

namespace p2p {
namespace {

enum class Kind { one = 1 };

struct LoggerTest : testing::Test {
  LoggerTest() { service.attach(&runtime); }
  StubRuntime runtime;
  BaseService service;
};

TEST_F(LoggerTest, writes_values_of_every_kind_into_the_braces) {
  const std::string name = "disk";
  service.logger.info("{} {} {:.1f} {} {} {} {}", -1, 18'446'744'073'709'551'615ULL, 12.34, true, name,
                      "text", Kind::one);
  EXPECT_EQ(runtime.lines, std::vector<std::string>{"2 -1 18446744073709551615 12.3 true disk text 1"});
}

TEST_F(LoggerTest, takes_doubled_braces_for_themselves) {
  service.logger.warning("{{{}}} of {:>4}", 1, 2);
  EXPECT_EQ(runtime.lines, std::vector<std::string>{"3 {1} of    2"});
}

TEST_F(LoggerTest, gives_named_values_as_fields_and_keeps_the_others_in_their_order) {
  service.logger.error("a {} b {}", "first"_a = 1, "x", "second"_a = "two", 7);
  EXPECT_EQ(runtime.lines, std::vector<std::string>{"4 a x b 7"});
  EXPECT_EQ(runtime.last_fields, (Value{{"first", 1}, {"second", "two"}}));
}

TEST_F(LoggerTest, a_format_that_does_not_fit_its_value_does_not_lose_the_line) {
  service.logger.info("value {:d}", "text");
  ASSERT_EQ(runtime.lines.size(), 1u);
  EXPECT_TRUE(runtime.lines[0].starts_with("2 value {:d} (not formatted: ")) << runtime.lines[0];
}

TEST_F(LoggerTest, writes_nothing_below_the_level) {
  runtime.level = LogSeverity::warn;
  service.logger.debug("{}", 1);
  service.logger.info("{}", 1);
  service.logger.warning("{}", 1);
  EXPECT_EQ(runtime.lines, std::vector<std::string>{"3 1"});
  EXPECT_FALSE(service.logger.enabled(LogSeverity::info));
}

TEST(Logger, writes_nothing_while_the_node_is_not_there) {
  struct Talks : BaseService {
    Talks() { logger.info("begin"); }
    ~Talks() override { logger.info("end"); }
  };
  const Talks service;
  EXPECT_FALSE(service.logger.enabled(LogSeverity::error));
}

static_assert(detail::count_braces("{} {:.1f} {{}}") == 2);
static_assert(detail::count_braces("none") == 0);

}  // namespace
}  // namespace p2p
