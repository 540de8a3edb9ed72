#include "node/config_values.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

TEST(RedisUrl, may_be_plain_encrypted_a_socket_or_nothing) {
  for (const char* url :
       {"", "redis://localhost", "redis://localhost:6379", "redis://localhost:6379/", "redis://h:1/15",
        "redis://user:pass@host:6379/0", "redis://:p@ss@host", "rediss://host:6380", "redis://[::1]:6379",
        "unix:///run/redis.sock", "unix://:secret@/run/redis.sock"})
    EXPECT_TRUE(is_redis_url(url)) << url;
  for (const char* url : {"localhost", "localhost:6379", "http://localhost", "redis:localhost", "redis://",
                          "redis://host:0", "redis://host:99999", "redis://host/x", "redis://host/1/2",
                          "redis://ho st", "unix://run", "unix://", "redis://host\n"})
    EXPECT_FALSE(is_redis_url(url)) << url;
}

TEST(RedisUrl, its_password_is_not_shown) {
  EXPECT_EQ(without_password("redis://user:pass@host:6379/0"), "redis://user:***@host:6379/0");
  EXPECT_EQ(without_password("redis://:p@ss:w@host"), "redis://:***@host");
  EXPECT_EQ(without_password("unix://:secret@/run/x"), "unix://:***@/run/x");
  EXPECT_EQ(without_password("redis://user@host:6379"), "redis://user@host:6379");
  EXPECT_EQ(without_password("redis://host:6379/0"), "redis://host:6379/0");
  EXPECT_EQ(without_password(""), "");
}

TEST(Texts, paths_have_no_control_characters) {
  EXPECT_TRUE(is_named_path("/srv/dienste für alle"));
  EXPECT_FALSE(is_named_path(""));
  EXPECT_TRUE(is_optional_path(""));
  EXPECT_FALSE(is_named_path("a\nb"));
  EXPECT_FALSE(is_named_path("a\xff"));
  EXPECT_FALSE(is_named_path(std::string(5000, 'x')));
}

TEST(Texts, an_origin_is_what_a_browser_sends_and_never_a_star) {
  for (const char* origin :
       {"https://admin.example", "http://127.0.0.1:3000", "https://a.b:8443", "http://[::1]:3000"})
    EXPECT_TRUE(is_origin(origin)) << origin;
  for (const char* origin : {"", "*", "null", "admin.example", "https://", "https://*", "https://a/",
                             "https://A.example", "https://a b", "file://x", "https://a\r\nX: y"})
    EXPECT_FALSE(is_origin(origin)) << origin;
}

TEST(Texts, an_advertised_address_may_have_a_port) {
  EXPECT_TRUE(is_advertised("web-1.example"));
  EXPECT_TRUE(is_advertised("web-1:9001"));
  EXPECT_TRUE(is_advertised(""));
  EXPECT_FALSE(is_advertised("web 1"));
  EXPECT_FALSE(is_advertised("web-1:0"));
}

TEST(Texts, what_is_shown_of_a_long_text_ends_between_two_characters) {
  EXPECT_EQ(shortened("abc"), "abc");
  EXPECT_EQ(shortened(std::string(60, 'x')), std::string(60, 'x'));
  EXPECT_EQ(shortened(std::string(59, 'x') + "é"), std::string(59, 'x') + "...");
}

}  // namespace
}  // namespace p2p
