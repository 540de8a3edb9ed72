#include "auth/scopes.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace p2p {
namespace {

TEST(Scopes, well_formed_ones) {
  for (const char* text :
       {"rpc:*", "rpc:system/*", "rpc:system/ping", "rpc:system.ping", "rpc:deploy/run@node-7",
        "rpc:*@node-7", "read:cluster", "read:*", "admin:broadcast"}) {
    EXPECT_TRUE(is_scope(text)) << text;
  }
}

TEST(Scopes, malformed_ones) {
  for (const char* text : {"",
                           "rpc",
                           "rpc:",
                           ":x",
                           "rpc:system",
                           "rpc:sys*/ping",
                           "rpc:*/ping",
                           "rpc:system/p*",
                           "rpc:a/b/c",
                           "rpc:system/ping@",
                           "rpc:system/ping@*",
                           "rpc:System/ping",
                           "write:cluster",
                           "read:",
                           "read:Cluster",
                           "read:cluster@node",
                           "RPC:system/ping",
                           " rpc:system/ping",
                           "rpc:system/ping ",
                           "admin:broadcast,read:cluster"}) {
    EXPECT_FALSE(is_scope(text)) << text;
  }
  EXPECT_FALSE(is_scope("read:" + std::string(300, 'a')));
}

bool covered(const char* wanted, std::vector<Scope> held) { return within(Scope{wanted}, held); }

TEST(Scopes, a_scope_is_within_a_wider_one) {
  EXPECT_TRUE(covered("rpc:system/ping", {{"rpc:system/ping"}}));
  EXPECT_TRUE(covered("rpc:system.ping", {{"rpc:system/ping"}}));
  EXPECT_TRUE(covered("rpc:system/ping", {{"rpc:system/*"}}));
  EXPECT_TRUE(covered("rpc:system/*", {{"rpc:system/*"}}));
  EXPECT_TRUE(covered("rpc:system/*", {{"rpc:*"}}));
  EXPECT_TRUE(covered("rpc:system/ping@n1", {{"rpc:system/*"}}));
  EXPECT_TRUE(covered("rpc:system/ping@n1", {{"rpc:system/*@n1"}}));
  EXPECT_TRUE(covered("read:cluster", {{"rpc:*"}, {"read:*"}}));
}

TEST(Scopes, a_scope_is_not_within_a_narrower_one) {
  EXPECT_FALSE(covered("rpc:system/*", {{"rpc:system/ping"}}));
  EXPECT_FALSE(covered("rpc:*", {{"rpc:system/*"}}));
  EXPECT_FALSE(covered("rpc:system2/ping", {{"rpc:system/*"}}));
  EXPECT_FALSE(covered("rpc:system/ping", {{"rpc:system/*@n1"}}));
  EXPECT_FALSE(covered("rpc:system/ping@n2", {{"rpc:system/*@n1"}}));
  EXPECT_FALSE(covered("read:cluster", {{"rpc:*"}}));
  EXPECT_FALSE(covered("admin:broadcast", {{"read:*"}}));
  EXPECT_FALSE(covered("read:cluster", {}));
}

}  // namespace
}  // namespace p2p
