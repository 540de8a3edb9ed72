#include "model/method_path.hpp"

#include <string>

#include <gtest/gtest.h>

namespace p2p {
namespace {

TEST(MethodPath, is_read_with_a_slash_and_with_a_dot) {
  const MethodPath expected{"system", "get_system_metrics"};
  EXPECT_EQ(MethodPath::parse("system/get_system_metrics"), expected);
  EXPECT_EQ(MethodPath::parse("system.get_system_metrics"), expected);
  EXPECT_EQ(expected.text(), "system/get_system_metrics");
}

TEST(MethodPath, takes_all_that_names_may_hold) {
  EXPECT_TRUE(MethodPath::parse("a/B").has_value());
  EXPECT_TRUE(MethodPath::parse("a-b_9/getX_9").has_value());
  EXPECT_TRUE(MethodPath::parse(std::string(64, 'a') + "/" + std::string(64, 'M')).has_value());
}

TEST(MethodPath, of_anything_else_is_an_invalid_request) {
  for (const std::string& text : {std::string(),
                                  std::string("/"),
                                  std::string("system"),
                                  std::string("system/"),
                                  std::string("/ping"),
                                  std::string("System/ping"),
                                  std::string("9a/ping"),
                                  std::string("_a/ping"),
                                  std::string("-a/ping"),
                                  std::string("a/_ping"),
                                  std::string("a/9"),
                                  std::string("a/b-c"),
                                  std::string("a/b/c"),
                                  std::string("a.b.c"),
                                  std::string("a/b.c"),
                                  std::string("a /b"),
                                  std::string("a/b "),
                                  std::string("a/b\0", 4),
                                  std::string("\xc3\xa9/b"),
                                  std::string("../b"),
                                  std::string(65, 'a') + "/b",
                                  "a/" + std::string(65, 'b')}) {
    const auto path = MethodPath::parse(text);
    ASSERT_FALSE(path.has_value()) << text;
    EXPECT_EQ(path.error().code(), Errc::invalid_request);
  }
}

TEST(MethodPath, that_is_refused_is_quoted_but_not_at_any_length) {
  EXPECT_EQ(MethodPath::parse("nope").error().message(),
            "'nope' is no method: write service/method or service.method");
  EXPECT_LT(MethodPath::parse(std::string(100'000, 'x')).error().message().size(), 300u);
}

}  // namespace
}  // namespace p2p
