#include "model/error_table.hpp"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace p2p {
namespace {

// The table of http-api.md, section 4.1, row by row.
struct Row {
  std::string_view name;
  int rpc_code;
  int http_status;
  bool retry;
  int exit_code;
};
constexpr Row rows[] = {
    {"parse_error", -32700, 400, false, 2},
    {"invalid_request", -32600, 400, false, 2},
    {"method_not_found", -32601, 404, false, 5},
    {"service_not_found", -32601, 404, false, 5},
    {"invalid_params", -32602, 422, false, 2},
    {"internal", -32603, 500, false, 1},
    {"method_failed", -32000, 500, false, 1},
    {"unauthenticated", -32001, 401, false, 4},  // "with a new token": not the same request
    {"forbidden", -32002, 403, false, 4},
    {"node_not_found", -32003, 404, false, 5},
    {"node_unreachable", -32004, 502, true, 3},
    {"timeout", -32005, 504, false, 6},  // "if the method is idempotent": the table cannot know
    {"overloaded", -32006, 503, true, 3},
    {"draining", -32007, 503, true, 3},
    {"conflict", -32008, 409, false, 1},
    {"too_large", -32009, 413, false, 2},
    {"cancelled", -32010, 499, false, 1},
    {"rate_limited", -32012, 429, true, 3},
    {"unavailable", -32011, 503, true, 3},
    {"audit_unavailable", -32013, 503, false, 3},  // "after repair": waiting does not help
    {"not_found", 0, 404, false, 5},
    {"method_not_allowed", 0, 405, false, 2},
    {"not_acceptable", 0, 406, false, 2},
    {"request_timeout", 0, 408, false, 2},
    {"unsupported_media_type", 0, 415, false, 2},
    {"uri_too_long", 0, 414, false, 2},
    {"headers_too_large", 0, 431, false, 2},
    {"wrong_host", 0, 421, false, 4},
    {"upgrade_required", 0, 426, false, 2},
    {"tls_required", 0, 400, false, 2},
};

TEST(ErrorTable, is_the_one_of_the_document) {
  EXPECT_EQ(error_table().size(), std::size(rows));
  for (const Row& row : rows) {
    const auto code = errc_of_name(row.name);
    ASSERT_TRUE(code.has_value()) << row.name;
    const ErrorEntry& entry = error_entry(*code);
    EXPECT_EQ(entry.rpc_code, row.rpc_code) << row.name;
    EXPECT_EQ(entry.http_status, row.http_status) << row.name;
    EXPECT_EQ(entry.retry, row.retry) << row.name;
    EXPECT_EQ(entry.exit_code, row.exit_code) << row.name;
  }
}

TEST(ErrorTable, has_an_entry_for_every_code_under_the_name_of_the_sdk) {
  for (int i = 0; i <= static_cast<int>(Errc::tls_required); ++i) {
    const auto code = static_cast<Errc>(i);
    EXPECT_EQ(error_entry(code).code, code);
    EXPECT_EQ(error_entry(code).name, errc_name(code));
    EXPECT_EQ(errc_of_name(errc_name(code)), code);
  }
}

TEST(ErrorTable, gives_no_name_and_no_title_twice) {
  std::set<std::string_view> names;
  std::set<std::string_view> titles;
  for (const ErrorEntry& entry : error_table()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_TRUE(titles.insert(entry.title).second) << entry.title;
  }
}

TEST(ErrorTable, says_in_sentences_what_each_means_and_what_to_do) {
  for (const ErrorEntry& entry : error_table()) {
    EXPECT_TRUE(entry.meaning.ends_with('.')) << entry.name;
    EXPECT_TRUE(entry.repair.ends_with('.')) << entry.name;
    EXPECT_FALSE(entry.title.empty()) << entry.name;
  }
}

TEST(ErrorTable, takes_a_code_it_does_not_know_for_internal) {
  EXPECT_EQ(error_entry(static_cast<Errc>(9999)).code, Errc::internal);
  EXPECT_EQ(error_entry(static_cast<Errc>(-1)).code, Errc::internal);
  EXPECT_EQ(errc_of_name("no_such_error"), std::nullopt);
}

}  // namespace
}  // namespace p2p
