#include "service_layer/list_query.hpp"

#include <gtest/gtest.h>
#include <p2p/convert.hpp>

#include "base/json.hpp"
#include "service_layer/node_filter.hpp"

namespace p2p {
namespace {

constexpr std::string_view known[] = {"limit", "cursor", "sort", "fields",  "q",
                                      "node",  "role",   "tag",  "service", "status"};
constexpr std::string_view columns[] = {"name", "size", "note"};
constexpr std::string_view texts[] = {"name", "note"};
constexpr std::string_view fleeting[] = {"note"};
constexpr ListShape shape{"things", "name", columns, texts, 2, fleeting};

Query asked(std::string_view text) {
  Result<Query> query = Query::parse(text, known);
  EXPECT_TRUE(query) << text;
  return query ? *std::move(query) : Query{};
}

Value rows() {
  return Value::array({Value{{"name", "a"}, {"size", 3}, {"note", "First"}},
                       Value{{"name", "b"}, {"size", 1}}, Value{{"name", "c"}, {"size", 3}, {"note", "last"}},
                       Value{{"name", "d"}, {"size", 2}}});
}

Result<Value> page(std::string_view text, Value of = rows()) {
  const Result<ListQuery> list = ListQuery::read(asked(text), shape);
  if (!list) return fail(list.error());
  return list->page(std::move(of));
}

std::string names(const Value& answer) {
  std::string all;
  for (const Value& row : answer["things"].as_array()) all += row["name"].as_string();
  return all;
}

std::string refused(std::string_view text) {
  const Result<Value> answer = page(text);
  EXPECT_FALSE(answer) << text << " was taken";
  if (answer) return "";
  EXPECT_EQ(answer.error().code(), Errc::invalid_request);
  return answer.error().message() + '|' + answer.error().detail()["hint"].get<std::string>();
}

TEST(ListQuery, gives_pages_until_there_is_none) {
  const Value first = page("").value();
  EXPECT_EQ(names(first), "ab");
  EXPECT_EQ(first["total"], 4);
  const std::string cursor = first["next_cursor"].as_string();
  const Value second = page("cursor=" + cursor).value();
  EXPECT_EQ(names(second), "cd");
  EXPECT_TRUE(second["next_cursor"].is_null());
  EXPECT_EQ(names(page("limit=1&cursor=" + cursor).value()), "c") << "the size of a page may change";
  EXPECT_EQ(names(page("limit=1000").value()), "abcd");
}

TEST(ListQuery, a_page_begins_behind_its_row_whatever_was_added_before) {
  const std::string cursor = page("").value()["next_cursor"].as_string();
  Value more = rows();
  more.make_array().insert(more.make_array().begin(), Value{{"name", "0"}});
  EXPECT_EQ(names(page("cursor=" + cursor, more).value()), "cd");
}

TEST(ListQuery, a_cursor_that_does_not_fit_says_to_start_anew) {
  const std::string cursor = page("").value()["next_cursor"].as_string();
  const std::string hint = "|leave cursor out to start anew";
  EXPECT_EQ(refused("sort=size&cursor=" + cursor),
            "cursor: belongs to another question: filters and sort must stay as they were" + hint);
  EXPECT_EQ(refused("cursor=!!"), "cursor: was not given out by this list" + hint);
  EXPECT_EQ(refused("cursor=YQ"), "cursor: was not given out by this list" + hint);
  EXPECT_EQ(refused("cursor="), "cursor: was not given out by this list" + hint);
  EXPECT_EQ(refused("cursor=" + std::string(5000, 'Y')), "cursor: was not given out by this list" + hint);
  Value fewer = rows();
  std::erase_if(fewer.make_array(), [](const Value& row) { return row["name"] == "b"; });
  EXPECT_EQ(page("cursor=" + cursor, fewer).error().message(), "cursor: has expired: its row is gone");
}

TEST(ListQuery, sorts_by_several_columns_up_and_down) {
  EXPECT_EQ(names(page("limit=9&sort=size").value()), "bdac") << "equal ones stay in their order";
  EXPECT_EQ(names(page("limit=9&sort=-size,-name").value()), "cadb");
  EXPECT_EQ(names(page("limit=9&sort=note").value()), "bdac") << "what has no value comes first";
  const Value first = page("sort=-name").value();
  EXPECT_EQ(names(first), "dc");
  EXPECT_EQ(names(page("sort=-name&cursor=" + first["next_cursor"].as_string()).value()), "ba");
}

TEST(ListQuery, chooses_columns_and_names_one_that_is_not_there) {
  EXPECT_EQ(json::dump(page("limit=1&fields=size,name").value()["things"]), R"([{"size":3,"name":"a"}])");
  EXPECT_EQ(refused("fields=nam"), "fields: things have no nam|did you mean name?");
  EXPECT_EQ(refused("sort=-siz"), "sort: things have no siz|did you mean size?");
}

TEST(ListQuery, looks_for_text_in_any_case) {
  const Value found = page("q=fIRST").value();
  EXPECT_EQ(names(found), "a");
  EXPECT_EQ(found["total"], 1);
  EXPECT_EQ(names(page("q=nowhere").value()), "");
}

TEST(ListQuery, bounds_the_page) {
  for (const char* text : {"limit=0", "limit=1001", "limit=x", "limit=-1", "limit="})
    EXPECT_TRUE(refused(text).starts_with("limit must be 1 to 1000")) << text;
}

TEST(ListQuery, the_etag_changes_with_what_lasts) {
  const Value answer = page("").value();
  const std::string etag = list_etag(answer, shape);
  EXPECT_TRUE(etag.starts_with("W/\"")) << etag;
  Value other = rows();
  other.make_array()[0].set("note", "Changed");
  EXPECT_EQ(list_etag(page("", other).value(), shape), etag) << "a fleeting column";
  other.make_array()[0].set("size", 4);
  EXPECT_NE(list_etag(page("", other).value(), shape), etag);
  EXPECT_TRUE(etag_matches(etag, etag));
  EXPECT_TRUE(etag_matches("\"x\", " + etag.substr(2), etag)) << "one of several, and the comparison is weak";
  EXPECT_TRUE(etag_matches("*", etag));
  EXPECT_FALSE(etag_matches("", etag));
  EXPECT_FALSE(etag_matches("W/\"0000000000000000\"", etag));
}

TEST(NodeFilter, all_kinds_must_hold_and_one_of_each) {
  const Value node{{"node_id", "web-1"},
                   {"role", "worker"},
                   {"status", "alive"},
                   {"state", "draining"},
                   {"tags", Value{{"zone", "a1"}, {"canary", ""}}},
                   {"services", Value::array({"system", "shop"})}};
  const auto fits = [&](std::string_view text) {
    const Query query = asked(text);
    const Result<NodeFilter> filter = NodeFilter::read(query, query.all("status"));
    EXPECT_TRUE(filter) << text;
    return filter && filter->matches(node);
  };
  EXPECT_TRUE(fits(""));
  EXPECT_TRUE(fits("node=web-*"));
  EXPECT_TRUE(fits("node=db-*&node=web-?"));
  EXPECT_FALSE(fits("node=db-*"));
  EXPECT_FALSE(fits("node=web-*&role=coordinator"));
  EXPECT_TRUE(fits("role=coordinator&role=worker"));
  EXPECT_TRUE(fits("tag=zone%3Da*&tag=canary"));
  EXPECT_FALSE(fits("tag=zone%3Da*&tag=blue")) << "repeated tags must all hold";
  EXPECT_FALSE(fits("tag=zone%3Db"));
  EXPECT_TRUE(fits("service=sh*"));
  EXPECT_FALSE(fits("service=mail"));
  EXPECT_TRUE(fits("status=alive"));
  EXPECT_TRUE(fits("status=draining"));
  EXPECT_FALSE(fits("status=dead"));
}

TEST(NodeFilter, words_that_no_node_can_have_are_refused) {
  for (const char* text : {"role=boss", "status=alife"}) {
    const Query query = asked(text);
    EXPECT_FALSE(NodeFilter::read(query, query.all("status"))) << text;
  }
}

}  // namespace
}  // namespace p2p
