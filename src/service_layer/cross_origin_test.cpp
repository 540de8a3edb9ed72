#include "service_layer/cross_origin.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

TEST(CrossOrigin, only_an_origin_that_is_named_to_the_letter_is_let_in) {
  const CrossOrigin allowed({"https://a.example", "http://127.0.0.1:3000"});
  EXPECT_TRUE(allowed.lines_for("https://a.example")
                  .starts_with("Access-Control-Allow-Origin: https://a.example\r\nVary: Origin\r\n"));
  EXPECT_FALSE(allowed.lines_for("http://127.0.0.1:3000").empty());
  for (const char* other : {"", "null", "*", "https://b.example", "http://a.example", "https://a.example:443",
                            "https://a.example.evil.example", "https://A.example", "http://127.0.0.1:30000"})
    EXPECT_EQ(allowed.lines_for(other), "") << other;
  EXPECT_EQ(CrossOrigin({}).lines_for("https://a.example"), "");
}

TEST(CrossOrigin, cookies_are_never_asked_for) {
  const CrossOrigin allowed({"https://a.example"});
  EXPECT_EQ(allowed.lines_for("https://a.example").find("Credentials"), std::string_view::npos);
  EXPECT_EQ(CrossOrigin::preflight_lines.find("Credentials"), std::string_view::npos);
}

}  // namespace
}  // namespace p2p
