#include "auth/host_check.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

TEST(HostCheck, the_nodes_own_names_with_its_port_are_allowed) {
  for (const char* host : {"127.0.0.1:8001", "localhost:8001", "LocalHost:8001", "[::1]:8001"}) {
    EXPECT_TRUE(host_allowed(host, "127.0.0.1", 8001)) << host;
  }
  EXPECT_TRUE(host_allowed("127.0.0.5:8001", "127.0.0.5", 8001));
  EXPECT_TRUE(host_allowed("[::1]:8001", "::1", 8001));
  EXPECT_TRUE(host_allowed("localhost", "127.0.0.1", 80)) << "no port means 80";
}

TEST(HostCheck, everything_else_is_not) {
  for (const char* host : {"",
                           ":8001",
                           "localhost",
                           "127.0.0.1",
                           "localhost:8002",
                           "localhost:08001",
                           "localhost:8001x",
                           "localhost:",
                           "localhost:+8001",
                           "localhost:73537",
                           "example.net:8001",
                           "localhost.example.net:8001",
                           "localhost.:8001",
                           "127.0.0.2:8001",
                           "127.1:8001",
                           "2130706433:8001",
                           "0.0.0.0:8001",
                           "::1:8001",
                           "[::1:8001",
                           "[::1]8001",
                           "[0:0:0:0:0:0:0:1]:8001",
                           "[127.0.0.1]:8001",
                           "user@localhost:8001",
                           " localhost:8001",
                           "localhost:8001 ",
                           "localhost:8001:8001",
                           "localhost:8001,localhost:8001",
                           "xn--localhost:8001",
                           "[::ffff:127.0.0.1]:8001"}) {
    EXPECT_FALSE(host_allowed(host, "127.0.0.1", 8001)) << host;
  }
  EXPECT_FALSE(host_allowed("::1:8001", "::1", 8001));
}

TEST(HostCheck, an_origin_is_ours_or_foreign) {
  EXPECT_TRUE(own_origin("http://127.0.0.1:8001", "127.0.0.1", 8001));
  EXPECT_TRUE(own_origin("http://localhost:8001", "127.0.0.1", 8001));
  EXPECT_TRUE(own_origin("https://localhost:8001", "127.0.0.1", 8001));
  EXPECT_TRUE(own_origin("https://localhost", "127.0.0.1", 443));
  for (const char* origin :
       {"", "null", "http://localhost:8002", "http://evil.example", "http://localhost:8001/",
        "http://localhost", "localhost:8001", "file://", "HTTP://localhost:8001", "ws://localhost:8001",
        "http://localhost:8001 http://evil.example"}) {
    EXPECT_FALSE(own_origin(origin, "127.0.0.1", 8001)) << origin;
  }
}

}  // namespace
}  // namespace p2p
