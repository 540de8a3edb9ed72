#include "service_layer/query.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

constexpr std::string_view known[] = {"limit", "service", "verbose"};

Query parse(std::string_view text) {
  Result<Query> query = Query::parse(text, known);
  EXPECT_TRUE(query) << text;
  return query ? *std::move(query) : Query{};
}

Error refused(std::string_view text) {
  const Result<Query> query = Query::parse(text, known);
  EXPECT_FALSE(query) << text << " was taken";
  return query ? Error(Errc::internal, "taken") : query.error();
}

TEST(Query, finds_values_by_name_and_nothing_for_what_is_absent) {
  const Query query = parse("limit=3&service=system");
  EXPECT_EQ(query.get("limit"), "3");
  EXPECT_EQ(query.get("service"), "system");
  EXPECT_FALSE(query.has("verbose"));
  EXPECT_EQ(query.get("verbose"), "");
}

TEST(Query, a_name_without_a_value_is_there) {
  EXPECT_TRUE(parse("verbose").has("verbose"));
  EXPECT_TRUE(parse("&verbose=&").has("verbose"));
}

TEST(Query, names_and_values_are_decoded) {
  EXPECT_EQ(parse("service=a%2Fb+c%20d").get("service"), "a/b c d");
  EXPECT_EQ(parse("%6Cimit=1").get("limit"), "1");
}

TEST(Query, a_broken_escape_is_refused) {
  for (const char* text : {"service=%", "service=%4", "service=%g0", "%=1"})
    EXPECT_EQ(refused(text).code(), Errc::invalid_request) << text;
}

TEST(Query, an_unknown_parameter_is_named_with_the_nearest_known_one) {
  const Error error = refused("limt=3");
  EXPECT_EQ(error.code(), Errc::invalid_request);
  EXPECT_EQ(error.message(), "unknown query parameter limt");
  EXPECT_EQ(error.detail()["hint"], Value("did you mean limit?"));
}

TEST(Query, an_unknown_parameter_far_from_all_gets_no_hint) {
  EXPECT_TRUE(refused("colour=red").detail()["hint"].is_null());
}

TEST(Query, a_parameter_stands_once) { EXPECT_EQ(refused("limit=1&limit=2").code(), Errc::invalid_request); }

TEST(Query, a_token_in_the_query_is_refused) {
  EXPECT_EQ(refused("access_token=x").code(), Errc::invalid_request);
}

TEST(Query, a_count_is_a_whole_number_between_1_and_the_most) {
  EXPECT_EQ(parse("limit=1").count("limit", 100, 1000).value(), 1u);
  EXPECT_EQ(parse("limit=1000").count("limit", 100, 1000).value(), 1000u);
  EXPECT_EQ(parse("").count("limit", 100, 1000).value(), 100u);
  for (const char* text :
       {"limit=0", "limit=1001", "limit=-1", "limit=", "limit=2x", "limit=99999999999999999999"}) {
    const Result<std::size_t> count = parse(text).count("limit", 100, 1000);
    ASSERT_FALSE(count) << text;
    EXPECT_EQ(count.error().code(), Errc::invalid_request);
  }
}

TEST(Duration, has_a_unit_and_a_bare_number_means_seconds) {
  EXPECT_EQ(read_duration("500ms"), 500'000'000);
  EXPECT_EQ(read_duration("30s"), 30'000'000'000);
  EXPECT_EQ(read_duration("30"), 30'000'000'000);
  EXPECT_EQ(read_duration("5m"), 300'000'000'000);
  EXPECT_EQ(read_duration("1h"), 3'600'000'000'000);
  EXPECT_EQ(read_duration("0"), 0);
}

TEST(Duration, of_more_than_a_day_or_of_anything_else_is_none) {
  EXPECT_EQ(read_duration("24h"), 86'400'000'000'000);
  for (const char* text :
       {"25h", "86400001ms", "99999999999999999999", "", "s", "1.5s", "-1s", "+1", "1 s", "1S", "1d", "0x10"})
    EXPECT_EQ(read_duration(text), std::nullopt) << text;
}

}  // namespace
}  // namespace p2p
