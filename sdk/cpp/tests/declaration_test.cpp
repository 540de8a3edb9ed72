// The text of SERVICE_METHOD is read while compiling; what is refused is refused there, so most of this is
// static_assert.
#include <gtest/gtest.h>
#include <p2p/detail/declaration.hpp>

namespace p2p::detail {
namespace {

static_assert(options_known(""));
static_assert(options_known(R"(description = "a, b = (c", public = true)"));
static_assert(!options_known("pubic = true"));
static_assert(!options_known("public = true, timeuot = 3"));

static_assert(option_values_sound(R"(public = true, idempotent = False, threadsafe = True)"));
static_assert(!option_values_sound("public = yes"));
static_assert(!option_values_sound("public"));
static_assert(!option_values_sound("public = limit"));
static_assert(option_values_sound(R"(role = "admin")"));
static_assert(!option_values_sound(R"(role = "root")"));
static_assert(option_values_sound("timeout = 0.5"));
static_assert(option_values_sound("timeout = 600"));
static_assert(!option_values_sound("timeout = 600.1"));
static_assert(!option_values_sound("timeout = 0"));
static_assert(!option_values_sound("timeout = -1"));
static_assert(!option_values_sound("timeout = 1e3"));
static_assert(!option_values_sound("timeout = 99999999999999"));  // would not fit into nanoseconds
static_assert(!option_values_sound("cache_ttl = 99999999999999"));
static_assert(option_values_sound("cache_ttl = 999999999"));
static_assert(!option_values_sound("timeout = LIMIT"));
static_assert(option_values_sound("max_body = 1048576"));
static_assert(!option_values_sound("max_body = 999999999"));
static_assert(!option_values_sound("max_body = 1.5"));
static_assert(option_values_sound("description = \"a\" \"b\""));
static_assert(!option_values_sound("description = text"));
static_assert(!option_values_sound("description = R\"(raw)\""));
static_assert(!option_values_sound("description = \"open"));
static_assert(option_values_sound(
    R"(cache_scope = "cluster", cache_tags = "prices, stock", secret = "password, key")"));
static_assert(!option_values_sound(R"(cache_scope = "world")"));

static_assert(parameters_sound("()"));
static_assert(parameters_sound("(text, times = 2, tags = null)"));
static_assert(parameters_sound(R"-((a = [1, {"k" : "v, (x)"}], b = "x, y", c = -1.5e3, d = true))-"));
static_assert(!parameters_sound("text"));
static_assert(!parameters_sound("(1st)"));
static_assert(!parameters_sound("(a b)"));
static_assert(!parameters_sound("(a,)"));
static_assert(!parameters_sound("(a = )"));
static_assert(!parameters_sound("(a = 'x')"));
static_assert(!parameters_sound("(a = 01)"));
static_assert(!parameters_sound("(a = [1,])"));
static_assert(!parameters_sound("(a = {k : 1})"));
static_assert(!parameters_sound("(a = std::string())"));
static_assert(!parameters_sound("(a = nullptr)"));
static_assert(count_parameters("()") == 0);
static_assert(count_parameters("( )") == 0);
static_assert(count_parameters(R"((a = [1, 2], b = "x, y", c))") == 3);

static_assert(nanoseconds_of("2.5") == 2'500'000'000);
static_assert(nanoseconds_of("0.000000001") == 1);
static_assert(nanoseconds_of("0.0000000019") == 1);
static_assert(nanoseconds_of("600") == 600'000'000'000);
static_assert(nanoseconds_of(".5") == 500'000'000);
static_assert(nanoseconds_of("5.") == 5'000'000'000);

TEST(Declaration, options_have_their_defaults) {
  constexpr MethodOptions options = parse_options("");
  EXPECT_FALSE(options.is_public);
  EXPECT_FALSE(options.broadcastable);
  EXPECT_FALSE(options.idempotent);
  EXPECT_EQ(options.role, Role::operator_);
  EXPECT_EQ(options.timeout_ns, 0) << "the node decides";
  EXPECT_EQ(options.cache_ttl_ns, 0);
}

TEST(Declaration, what_is_public_may_be_broadcast_unless_it_says_otherwise) {
  constexpr MethodOptions open = parse_options("public = true");
  EXPECT_TRUE(open.broadcastable);
  constexpr MethodOptions single = parse_options("public = True, broadcastable = False");
  EXPECT_TRUE(single.is_public);
  EXPECT_FALSE(single.broadcastable);
}

TEST(Declaration, a_result_that_is_kept_is_of_an_idempotent_method) {
  constexpr MethodOptions options = parse_options(R"(cache_ttl = 1.5, role = "admin")");
  EXPECT_TRUE(options.idempotent);
  EXPECT_EQ(options.cache_ttl_ns, 1'500'000'000);
  EXPECT_EQ(options.role, Role::admin);
}

TEST(Declaration, defaults_are_kept_as_they_are_written) {
  constexpr auto parameters = parse_parameters<3>(R"((text, list = [1, "a,b"], last = {"x" : 1}))");
  EXPECT_EQ(parameters[0].name, "text");
  EXPECT_FALSE(parameters[0].has_fallback);
  EXPECT_EQ(parameters[1].fallback, R"([1, "a,b"])");
  EXPECT_EQ(parameters[2].name, "last");
  EXPECT_EQ(parameters[2].fallback, R"({"x" : 1})");
}

}  // namespace
}  // namespace p2p::detail
