#include "service_layer/log_query.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

using std::chrono::seconds;

const WallTime now = *read_rfc3339("2026-11-22T05:52:35Z");

Result<LogQuery> read(std::string_view text) {
  const Result<Query> query = Query::parse(text, LogQuery::parameters);
  if (!query) return fail(query.error());
  return LogQuery::read(*query, now);
}

LogLine line(LogLevel level, std::string logger, std::string message) {
  LogLine made;
  made.time = now;
  made.level = level;
  made.logger = std::move(logger);
  made.message = std::move(message);
  return made;
}

bool fits(std::string_view text, const LogLine& of) {
  const auto query = read(text);
  EXPECT_TRUE(query) << text << ": " << (query ? "" : query.error().message());
  return query && query->matches(of);
}

TEST(LogQuery, chooses_by_level_logger_and_service) {
  const LogLine call = line(LogLevel::debug, "Method.shop.buy", "Local call: shop/buy");
  const LogLine warning = line(LogLevel::warn, "Service.shop", "Stock is low");
  EXPECT_TRUE(fits("", call));
  EXPECT_FALSE(fits("level=info", call));
  EXPECT_TRUE(fits("level=INFO", warning));
  EXPECT_TRUE(fits("logger=Service.*", warning));
  EXPECT_FALSE(fits("logger=Service.*", call));
  EXPECT_TRUE(fits("logger=Main&logger=Service.*", warning));
  EXPECT_TRUE(fits("service=shop", call));
  EXPECT_TRUE(fits("service=sh?p", warning));
  EXPECT_FALSE(fits("service=buy", call));
  EXPECT_FALSE(fits("service=*", line(LogLevel::info, "Main", "x")))
      << "the node's own lines are of no service";
  const LogLine told = line(LogLevel::warn, "Registry", "shop: its folder has changed");
  EXPECT_TRUE(fits("service=shop", told)) << "what the node says of a service begins with its name";
  EXPECT_FALSE(fits("service=sho", told));
  EXPECT_FALSE(fits("service=*", line(LogLevel::info, "Main", "not a name: x")));
  LogLine field = line(LogLevel::info, "Http", "POST /rpc/shop/buy");
  field.fields.set("service", "shop");
  EXPECT_TRUE(fits("service=shop", field));
}

TEST(LogQuery, chooses_by_text) {
  LogLine warning = line(LogLevel::warn, "Service.shop", "Stock is low");
  warning.fields = Value{{"article", "Lamp-7"}};
  EXPECT_TRUE(fits("q=STOCK", warning));
  EXPECT_TRUE(fits("q=service.shop", warning));
  EXPECT_TRUE(fits("q=lamp-7", warning));
  EXPECT_FALSE(fits("q=lamp-8", warning));
  EXPECT_TRUE(fits("grep=Stock", warning));
  EXPECT_FALSE(fits("grep=stock", warning)) << "as it stands";
  EXPECT_FALSE(fits("grep=S.*k", warning)) << "a text, no pattern";
}

TEST(LogQuery, chooses_by_age_or_by_time) {
  LogLine old = line(LogLevel::info, "Main", "x");
  old.time = now - seconds(300);
  EXPECT_TRUE(fits("since=5m", old));
  EXPECT_FALSE(fits("since=299", old));
  EXPECT_TRUE(fits("since=2026-11-22T05:47:35Z", old));
  EXPECT_FALSE(fits("since=2026-11-22T05:47:35.001Z", old));
  EXPECT_TRUE(fits("since=2026-11-22T06:47:35%2B01:00", old));
}

TEST(LogQuery, follows_with_a_look_back) {
  EXPECT_FALSE(read("")->follow);
  EXPECT_FALSE(read("follow=0")->follow);
  EXPECT_TRUE(read("follow")->follow);
  EXPECT_EQ(read("follow=1")->tail, LogQuery::usual_tail);
  EXPECT_EQ(read("follow=1&tail=0")->tail, 0u);
  EXPECT_EQ(read("follow=1&tail=500")->tail, 500u);
  EXPECT_EQ(read("follow=1&since=1m")->tail, LogQuery::most_tail) << "all since then";
}

TEST(LogQuery, says_what_does_not_fit) {
  const auto refused = [](std::string_view text, std::string_view begin) {
    const auto query = read(text);
    ASSERT_FALSE(query) << text;
    EXPECT_EQ(query.error().code(), Errc::invalid_request);
    EXPECT_TRUE(query.error().message().starts_with(begin)) << text << ": " << query.error().message();
  };
  refused("level=loud", "level: is");
  refused("level=off", "level: is");
  refused("since=yesterday", "since: expected");
  refused("since=2026-02-30T00:00:00Z", "since: expected");
  refused("follow=maybe", "follow: is 1 or 0");
  refused("tail=5", "tail: goes with follow=1");
  refused("follow=1&tail=10001", "tail must be 1 to 10000");
  refused("follow=1&limit=5", "limit: does not go with follow=1");
  refused("follow=1&cursor=x", "cursor: does not go with follow=1");
  refused("sort=level", "sort: lines are sorted by timestamp");
  refused("limit=1001", "limit must be 1 to 1000");
  refused("cursor=x", "cursor: was not given out");
  refused("foolow=1", "unknown query parameter foolow");
  refused("level=info&level=warn", "query parameter level stands twice");
}

TEST(Rfc3339, is_read_strictly) {
  EXPECT_EQ(rfc3339(*read_rfc3339("2026-11-22T05:52:35.637Z")), "2026-11-22T05:52:35.637Z");
  EXPECT_EQ(rfc3339(*read_rfc3339("2026-01-01T00:30:00+01:00")), "2025-12-31T23:30:00.000Z");
  EXPECT_EQ(rfc3339(*read_rfc3339("2026-01-01T00:30:00.123456789-00:30")), "2026-01-01T01:00:00.123Z");
  for (const char* text :
       {"", "2026-11-22", "2026-11-22T05:52:35", "2026-11-22 05:52:35Z", "2026-13-22T05:52:35Z",
        "2026-11-22T24:52:35Z", "2026-11-22T05:52:35.Z", "2026-11-22T05:52:35.1234567890Z",
        "2026-11-22T05:52:35Zx", "2026-11-22T05:52:35+24:00", "-026-11-22T05:52:35Z", "2026-11-22T05:-2:35Z",
        "9999-11-22T05:52:35Z"})
    EXPECT_FALSE(read_rfc3339(text)) << text;
}

}  // namespace
}  // namespace p2p
