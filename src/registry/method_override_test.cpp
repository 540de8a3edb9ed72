#include "registry/method_override.hpp"

#include <gtest/gtest.h>

#include "testing/fake_node.hpp"

namespace p2p {
namespace {

class Shop : public BaseService {
 public:
  SERVICE_METHOD(buy, (item, password), secret = "password", role = "admin");
  int buy(std::string, std::string) { return 1; }
  SERVICE_METHOD(list, (), public = true, role = "viewer", broadcastable = false);
  int list() { return 2; }
};

struct MethodOverrideTest : testing::Test {
  const MethodEntry& with(const std::string& method, MethodOverride words) {
    generation.emplace("shop", 1, &shop.object(), shop.object().declared_methods(), node.stats, nullptr,
                       MethodOverrides{{method, std::move(words)}});
    return *generation->find(method);
  }
  FakeNode node;
  FakeService<Shop> shop{node.registry, node.runner, node.log, "shop"};
  std::optional<Generation> generation;
};

TEST_F(MethodOverrideTest, what_is_not_said_stays_as_the_code_says) {
  const MethodEntry& buy = with("buy", {});
  EXPECT_EQ(buy.role, Role::admin);
  EXPECT_FALSE(buy.is_public);
  EXPECT_EQ(buy.timeout_ns, 0);  // the node's usual one
  EXPECT_TRUE(buy.overridden.empty());
  EXPECT_TRUE(generation->loosened().empty());
}

TEST_F(MethodOverrideTest, what_is_said_holds_and_is_shown) {
  const MethodEntry& list = with("list", {.is_public = false,
                                          .role = Role::admin,
                                          .timeout_ns = 5,
                                          .cache_ttl_ns = 7,
                                          .max_concurrency = 3,
                                          .max_body = 9,
                                          .description = "All",
                                          .cache_scope = "caller",
                                          .cache_tags = "a"});
  EXPECT_EQ(list.role, Role::admin);
  EXPECT_FALSE(list.is_public);
  EXPECT_EQ(list.timeout_ns, 5);
  EXPECT_EQ(list.cache_ttl_ns, 7);
  EXPECT_TRUE(list.idempotent) << "what is cached may be asked again";
  EXPECT_EQ(list.max_body, 9);
  EXPECT_EQ(list.description, "All");
  EXPECT_EQ(list.cache_scope, "caller");
  EXPECT_EQ(list.cache_tags, "a");
  ASSERT_NE(list.gate, nullptr);
  EXPECT_EQ(list.overridden,
            (std::vector<std::string>{"description", "public", "role", "timeout", "cache_ttl", "cache_scope",
                                      "cache_tags", "max_concurrency", "max_body"}));
  EXPECT_TRUE(generation->loosened().empty()) << "it is tightened";
}

TEST_F(MethodOverrideTest, what_loosens_is_told) {
  with("buy", {.is_public = true, .role = Role::viewer, .secrets = std::vector<std::string>{"item"}});
  EXPECT_EQ(generation->loosened(),
            (std::vector<std::string>{"shop/buy is public, where the code says it is not",
                                      "shop/buy needs role viewer, where the code says admin",
                                      "shop/buy: password is logged, where the code says it is secret"}));
}

TEST_F(MethodOverrideTest, broadcasts_follow_public_unless_somebody_has_said_otherwise) {
  EXPECT_TRUE(with("buy", {.is_public = true}).broadcastable);
  EXPECT_FALSE(with("buy", {.is_public = true, .broadcastable = false}).broadcastable);
  EXPECT_FALSE(with("list", {.is_public = true}).broadcastable) << "the code says so";
}

TEST_F(MethodOverrideTest, a_method_that_is_switched_off_is_not_there_for_services_either) {
  generation.emplace("shop", 1, &shop.object(), shop.object().declared_methods(), node.stats, nullptr,
                     MethodOverrides{{"buy", {.enabled = false}}});
  EXPECT_EQ(generation->find("buy"), nullptr);
  EXPECT_NE(generation->find("list"), nullptr);
  for (const MethodEntry* method : generation->methods()) EXPECT_NE(method->name, "buy");
}

}  // namespace
}  // namespace p2p
