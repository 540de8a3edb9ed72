#include "service_layer/problem.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "model/error_table.hpp"

namespace p2p {
namespace {

constexpr TraceId trace{0x0123456789abcdef, 0xfedcba9876543210};

std::string headers_of(const Error& error) {
  std::string headers;
  append_error_headers(error, headers);
  return headers;
}

TEST(Problem, says_type_title_status_detail_instance_code_and_trace) {
  const Value body = problem(Error(Errc::invalid_params, "1 parameter is wrong"), "/rpc/a/b", trace);
  EXPECT_EQ(
      json::dump(body),
      R"({"type":"/errors/invalid_params","title":"Invalid parameters","status":422,)"
      R"("detail":"1 parameter is wrong","instance":"/rpc/a/b","code":"invalid_params","rpc_code":-32602,)"
      R"("trace_id":"0123456789abcdeffedcba9876543210"})");
}

TEST(Problem, an_error_of_http_alone_has_no_rpc_code) {
  const Value body = problem(Error(Errc::not_found, "nothing is at /x"), "/x", trace);
  EXPECT_EQ(body.find("rpc_code"), nullptr);
  EXPECT_EQ(body["status"], Value(404));
}

TEST(Problem, carries_what_the_error_knows_besides_but_lets_it_change_nothing) {
  const Error error(Errc::invalid_params, "wrong",
                    Value{{"hint", "try"}, {"errors", Value::array({1})}, {"status", 200}, {"code", "ok"}});
  const Value body = problem(error, "", trace);
  EXPECT_EQ(body["hint"], Value("try"));
  EXPECT_EQ(body["errors"], Value::array({1}));
  EXPECT_EQ(body["status"], Value(422));
  EXPECT_EQ(body["code"], Value("invalid_params"));
}

TEST(Problem, an_error_without_words_gets_those_of_the_table) {
  for (const ErrorEntry& entry : error_table()) {
    const Error error(entry.code, "");
    EXPECT_EQ(problem(error, "", trace)["detail"], Value(entry.title));
    EXPECT_FALSE(error_object(error, "", trace)["message"].as_string().empty()) << entry.name;
  }
}

TEST(Problem, an_rpc_error_has_the_code_of_the_table_and_the_problem_as_its_data) {
  const Error error(Errc::method_failed, "disk not found");
  const Value object = error_object(error, "/rpc/a/b", trace);
  EXPECT_EQ(object["code"], Value(-32000));
  EXPECT_EQ(object["message"], Value("disk not found"));
  EXPECT_EQ(object["data"], problem(error, "/rpc/a/b", trace));
}

TEST(Problem, the_message_about_parameters_begins_with_the_title) {
  const Error error(Errc::invalid_params, "command: expected string, got integer");
  EXPECT_EQ(error_object(error, "", trace)["message"],
            Value("Invalid parameters: command: expected string, got integer"));
}

TEST(Problem, what_has_no_rpc_code_is_internal_to_rpc) {
  EXPECT_EQ(error_object(Error(Errc::not_found, "x"), "", trace)["code"], Value(-32603));
}

TEST(Problem, a_refused_token_is_told_in_www_authenticate_and_an_absent_one_is_only_asked_for) {
  EXPECT_EQ(headers_of(Error(Errc::unauthenticated, "a token is needed")),
            "WWW-Authenticate: Bearer realm=\"p2p_admin\"\r\n");
  EXPECT_EQ(headers_of(Error(Errc::unauthenticated, "expired 34 s ago").with("token_given", true)),
            "WWW-Authenticate: Bearer realm=\"p2p_admin\", error=\"invalid_token\", "
            "error_description=\"expired 34 s ago\"\r\n");
}

TEST(Problem, nothing_in_a_message_ends_a_header_early) {
  const std::string headers = headers_of(
      Error(Errc::unauthenticated, "a\"b\\c\r\nSet-Cookie: d\x7f\xc3\xa4").with("token_given", true));
  EXPECT_EQ(headers.find("\r\n"), headers.size() - 2);
  EXPECT_NE(headers.find("error_description=\"a'b'c''Set-Cookie: d'''\""), std::string::npos) << headers;
}

TEST(Problem, who_may_come_again_is_told_when_in_whole_seconds_of_at_least_1) {
  EXPECT_EQ(headers_of(Error(Errc::overloaded, "")), "Retry-After: 1\r\n");
  EXPECT_EQ(headers_of(Error(Errc::unavailable, "", Value{{"retry_after", 2.1}})), "Retry-After: 3\r\n");
  EXPECT_EQ(headers_of(Error(Errc::unavailable, "", Value{{"retry_after", 0}})), "Retry-After: 1\r\n");
  EXPECT_EQ(headers_of(Error(Errc::unavailable, "", Value{{"retry_after", "soon"}})), "Retry-After: 1\r\n");
  EXPECT_EQ(headers_of(Error(Errc::timeout, "")), "");
}

TEST(Problem, a_wrong_verb_is_told_the_right_ones_in_a_header_only) {
  const Error error(Errc::method_not_allowed, "this path takes GET", Value{{"allow", "GET, HEAD"}});
  EXPECT_EQ(headers_of(error), "Allow: GET, HEAD\r\n");
  EXPECT_EQ(problem(error, "/health", trace).find("allow"), nullptr);
}

TEST(Problem, the_trace_header_is_32_digits) {
  std::string headers;
  append_trace_header({1, 0xab}, headers);
  EXPECT_EQ(headers, "X-Trace-Id: 000000000000000100000000000000ab\r\n");
}

}  // namespace
}  // namespace p2p
