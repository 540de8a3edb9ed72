#include "base/endpoint.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

TEST(Endpoint, says_what_it_read) {
  EXPECT_EQ(Endpoint::parse("127.0.0.1", 8001)->text(), "127.0.0.1:8001");
  EXPECT_EQ(Endpoint::parse("::1", 8001)->text(), "[::1]:8001");
  EXPECT_EQ(Endpoint::parse("2001:db8::1", 1)->address_text(), "2001:db8::1");
}

TEST(Endpoint, reads_addresses_and_no_names) {
  using namespace std::string_view_literals;
  for (const auto text :
       {"localhost"sv, ""sv, "127.0.0.1:80"sv, "127.1"sv, "[::1]"sv, " 127.0.0.1"sv, "127.0.0.1\0.x"sv}) {
    const auto endpoint = Endpoint::parse(text, 1);
    ASSERT_FALSE(endpoint.has_value()) << text;
    EXPECT_EQ(endpoint.error().code(), Errc::invalid_params);
  }
}

TEST(Endpoint, knows_loopback_in_all_its_forms) {
  for (const auto* text : {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(Endpoint::parse(text, 1)->is_loopback()) << text;
  }
  for (const auto* text :
       {"128.0.0.1", "10.0.0.1", "0.0.0.0", "::", "::2", "::ffff:10.0.0.1", "::127.0.0.1"}) {
    EXPECT_FALSE(Endpoint::parse(text, 1)->is_loopback()) << text;
  }
}

TEST(Endpoint, an_ipv4_address_mapped_into_ipv6_is_that_address) {
  EXPECT_EQ(Endpoint::parse("::ffff:10.1.2.3", 7)->unmapped(), *Endpoint::parse("10.1.2.3", 7));
  EXPECT_EQ(Endpoint::parse("::1", 7)->unmapped(), *Endpoint::parse("::1", 7));
}

}  // namespace
}  // namespace p2p
