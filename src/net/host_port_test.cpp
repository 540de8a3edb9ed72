#include "net/host_port.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

TEST(HostPort, is_split_at_the_port) {
  const auto is = [](std::string_view text, std::string_view host, std::uint16_t port) {
    const auto place = split_host_port(text, 8001);
    return place && place->host == host && place->port == port;
  };
  EXPECT_TRUE(is("127.0.0.1:9000", "127.0.0.1", 9000));
  EXPECT_TRUE(is("localhost", "localhost", 8001));
  EXPECT_TRUE(is("[::1]:9000", "::1", 9000));
  EXPECT_TRUE(is("[::1]", "::1", 8001));
  EXPECT_TRUE(is("::1", "::1", 8001));
}

TEST(HostPort, refuses_what_is_none) {
  for (const auto* text : {"", ":80", "host:", "host:0", "host:65536", "host:80x", "host: 80", "[::1",
                           "[::1]80", "[]:80", "a b:80", "http://host:80", "host/path", "user@host:80"}) {
    EXPECT_FALSE(split_host_port(text, 8001).has_value()) << text;
  }
}

TEST(HostPort, localhost_resolves_to_loopback) {
  const auto endpoint = resolve("localhost:8001", 1);
  ASSERT_TRUE(endpoint.has_value()) << endpoint.error().what();
  EXPECT_TRUE(endpoint->is_loopback());
  EXPECT_EQ(endpoint->port, 8001);
}

}  // namespace
}  // namespace p2p
