#include "model/caller.hpp"

#include <initializer_list>

#include <gtest/gtest.h>

namespace p2p {
namespace {

Caller with(std::initializer_list<std::string_view> scopes) {
  Caller caller;
  for (const std::string_view scope : scopes) caller.scopes.push_back({std::string(scope)});
  return caller;
}

constexpr MethodPath info{"system", "get_system_info"};
constexpr MethodPath run{"deploy", "run"};

TEST(Caller, without_scopes_has_its_whole_role) {
  EXPECT_TRUE(Caller().may_call(info, "node-1"));
  EXPECT_TRUE(Caller().in_scope("read:cluster"));
}

TEST(Caller, may_call_what_a_scope_names) {
  const Caller caller = with({"rpc:deploy/run"});
  EXPECT_TRUE(caller.may_call(run, "node-1"));
  EXPECT_FALSE(caller.may_call({"deploy", "run2"}, "node-1"));
  EXPECT_FALSE(caller.may_call({"deploy2", "run"}, "node-1"));
  EXPECT_TRUE(with({"rpc:deploy.run"}).may_call(run, "node-1"));
}

TEST(Caller, may_call_all_that_a_glob_covers) {
  EXPECT_TRUE(with({"rpc:*"}).may_call(run, "node-1"));
  EXPECT_TRUE(with({"rpc:system/*"}).may_call(info, "node-1"));
  EXPECT_FALSE(with({"rpc:system/*"}).may_call(run, "node-1"));
  EXPECT_FALSE(with({"rpc:system/*"}).may_call({"system2", "x"}, "node-1"));
}

TEST(Caller, is_held_to_the_node_of_a_scope) {
  const Caller caller = with({"rpc:deploy/run@node-7"});
  EXPECT_TRUE(caller.may_call(run, "node-7"));
  EXPECT_FALSE(caller.may_call(run, "node-70"));
  EXPECT_FALSE(caller.may_call(run, "node-1"));
  EXPECT_FALSE(caller.may_call(run, ""));
  EXPECT_TRUE(with({"rpc:system/*@node-7"}).may_call(info, "node-7"));
  EXPECT_FALSE(with({"rpc:system/*@node-7"}).may_call(info, "node-8"));
}

TEST(Caller, needs_one_scope_of_several) {
  const Caller caller = with({"read:cluster", "rpc:deploy/run@node-7", "rpc:system/*"});
  EXPECT_TRUE(caller.may_call(info, "node-1"));
  EXPECT_TRUE(caller.may_call(run, "node-7"));
  EXPECT_FALSE(caller.may_call(run, "node-1"));
  EXPECT_FALSE(caller.may_call({"other", "x"}, "node-7"));
}

TEST(Caller, gains_nothing_from_a_glob_in_another_place) {
  for (const std::string_view scope :
       {"rpc:*/run", "rpc:dep*/run", "rpc:deploy/r*", "rpc:deploy*", "*", "rpc", "rpc:", "rpc:deploy",
        "rpc:deploy/", "rpc:*@*", "rpc:deploy/run@*", "rpc:deploy/run@", "RPC:deploy/run", " rpc:deploy/run",
        "rpc:deploy/run/x", "rpc:**", "deploy/run", "read:*", ""}) {
    EXPECT_FALSE(with({scope}).may_call(run, "node-1")) << scope;
    EXPECT_FALSE(with({scope}).may_call(run, "")) << scope;
  }
}

TEST(Caller, is_in_a_scope_it_holds) {
  EXPECT_TRUE(with({"read:cluster"}).in_scope("read:cluster"));
  EXPECT_TRUE(with({"rpc:*", "read:*"}).in_scope("read:cluster"));
  EXPECT_FALSE(with({"rpc:*"}).in_scope("read:cluster"));
  EXPECT_FALSE(with({"read:cluster"}).in_scope("read:cluster2"));
  EXPECT_FALSE(with({"read:clu*"}).in_scope("read:cluster"));
  EXPECT_FALSE(with({"*"}).in_scope("read:cluster"));
  EXPECT_FALSE(with({""}).in_scope("admin:broadcast"));
}

}  // namespace
}  // namespace p2p
