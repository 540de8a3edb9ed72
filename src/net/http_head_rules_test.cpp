#include "net/http_head_rules.hpp"

#include <string>

#include <gtest/gtest.h>

#include "net/beast_oracle_test.hpp"

namespace p2p {
namespace {

using State = HttpHeadScan::State;

struct Verdict {
  bool complete = false;  ///< the scan saw the end of the head
  std::optional<HttpRefusal> refusal;
};

/// As HttpReader does it.
Verdict judge(std::string_view bytes, HttpHead& head, const HttpLimits& limits = {}) {
  HttpHeadScan scan(limits);
  switch (scan.scan(bytes)) {
    case State::more: return {};
    case State::refused: return {.complete = true, .refusal = scan.refusal()};
    case State::complete: break;
  }
  return {.complete = true, .refusal = read_head(bytes.substr(0, scan.size()), head)};
}

std::string get(std::string_view more_headers, std::string_view line = "GET / HTTP/1.1") {
  return std::string(line) + "\r\nHost: localhost\r\n" + std::string(more_headers) + "\r\n";
}

TEST(HttpHead, is_read_into_views) {
  const std::string bytes =
      "POST /rpc/system/ping?x=1&y HTTP/1.1\r\nHost: localhost:8001\r\nX-Empty:\r\nAccept: \t a/b , c "
      "\t\r\ncontent-LENGTH: "
      "12\r\n\r\n";
  HttpHead head;
  const auto verdict = judge(bytes, head);
  ASSERT_FALSE(verdict.refusal.has_value()) << verdict.refusal->detail;
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/rpc/system/ping?x=1&y");
  EXPECT_EQ(head.path, "/rpc/system/ping");
  EXPECT_EQ(head.query, "x=1&y");
  ASSERT_EQ(head.fields.size(), 4U);
  EXPECT_EQ(head.fields[1].value, "");
  EXPECT_EQ(head.fields[2].value, "a/b , c");
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.http_1_0);
}

TEST(HttpHead, follows_its_bytes_when_they_move) {
  const auto bytes = get("A: b\r\n", "GET /x?y HTTP/1.1");
  HttpHead head;
  ASSERT_FALSE(judge(bytes, head).refusal.has_value());
  const auto copy = bytes;
  head.rebase(bytes.data(), copy.data());
  EXPECT_EQ(head.target.data(), copy.data() + 4);
  EXPECT_EQ(head.query, "y");
  EXPECT_EQ(head.fields[1].value, "b");
}

struct Hostile {
  const char* name;
  std::string bytes;
};

TEST(HttpHead, a_request_that_can_be_read_in_two_ways_is_refused) {
  using namespace std::string_literals;
  const Hostile cases[] = {
      {"both lengths", get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "POST / HTTP/1.1")},
      {"both lengths, other order",
       get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "POST / HTTP/1.1")},
      {"two lengths", get("Content-Length: 5\r\nContent-Length: 6\r\n")},
      {"two lengths, equal", get("Content-Length: 5\r\nContent-Length: 5\r\n")},
      {"list of lengths", get("Content-Length: 5, 5\r\n")},
      {"signed length", get("Content-Length: +5\r\n")},
      {"negative length", get("Content-Length: -5\r\n")},
      {"hexadecimal length", get("Content-Length: 0x5\r\n")},
      {"length with a blank", get("Content-Length: 5 5\r\n")},
      {"length of words", get("Content-Length: five\r\n")},
      {"empty length", get("Content-Length:\r\n")},
      {"fractional length", get("Content-Length: 5.0\r\n")},
      {"length over 64 bits", get("Content-Length: 18446744073709551616\r\n")},
      {"unknown coding", get("Transfer-Encoding: gzip\r\n")},
      {"coding before chunked", get("Transfer-Encoding: gzip, chunked\r\n")},
      {"chunked not last", get("Transfer-Encoding: chunked, gzip\r\n")},
      {"chunked twice", get("Transfer-Encoding: chunked, chunked\r\n")},
      {"two codings", get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
      {"identity", get("Transfer-Encoding: identity\r\n")},
      {"quoted chunked", get("Transfer-Encoding: \"chunked\"\r\n")},
      {"chunked with a parameter", get("Transfer-Encoding: chunked;a=b\r\n")},
      {"vertical tab before chunked", get("Transfer-Encoding: \x0b"
                                          "chunked\r\n")},
      {"empty coding", get("Transfer-Encoding:\r\n")},
      {"chunked in HTTP/1.0", get("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0")},
      {"space before the colon", get("Content-Length : 5\r\n")},
      {"tab before the colon", get("Transfer-Encoding\t: chunked\r\n")},
      {"folded header", get("A: b\r\n c\r\n")},
      {"folded with a tab", get("A: b\r\n\tc\r\n")},
      {"folded first header", "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n"},
      {"bare line feed", "GET / HTTP/1.1\nHost: localhost\n\n"},
      {"one bare line feed", get("A: b\nTransfer-Encoding: chunked\r\n")},
      {"bare carriage return", get("A: b\rTransfer-Encoding: chunked\r\n")},
      {"two carriage returns", "GET / HTTP/1.1\r\r\nHost: localhost\r\n\r\n"},
      {"NUL in a value", get("A: b\0c\r\n"s)},
      {"NUL in a name", get("A\0: b\r\n"s)},
      {"NUL in the target", get("", "GET /\0 HTTP/1.1"s)},
      {"control character", get("A: \x01\r\n")},
      {"delete character", get("A: \x7f\r\n")},
      {"header without colon", get("nonsense\r\n")},
      {"empty header name", get(": b\r\n")},
      {"name that is no token", get("A(b): c\r\n")},
      {"name beyond ASCII", get("\xc3\xa4: c\r\n")},
      {"no host", "GET / HTTP/1.1\r\nA: b\r\n\r\n"},
      {"two hosts", get("Host: other\r\n")},
      {"blank line first", "\r\n" + get("")},
      {"method that is no token", get("", "GE(T / HTTP/1.1")},
      {"no method", get("", " / HTTP/1.1")},
      {"two blanks", get("", "GET  / HTTP/1.1")},
      {"tab for a blank", get("", "GET\t/ HTTP/1.1")},
      {"blank behind the version", get("", "GET / HTTP/1.1 ")},
      {"no version", get("", "GET /")},
      {"no target", get("", "GET HTTP/1.1")},
      {"HTTP/0.9", get("", "GET / HTTP/0.9")},
      {"HTTP/1.2", get("", "GET / HTTP/1.2")},
      {"HTTP/2.0", get("", "GET / HTTP/2.0")},
      {"HTTP/1.10", get("", "GET / HTTP/1.10")},
      {"small http", get("", "GET / http/1.1")},
      {"target of another host", get("", "GET http://other/ HTTP/1.1")},
      {"target with a user", get("", "GET http://user@localhost/ HTTP/1.1")},
      {"target of another scheme", get("", "GET https://localhost/ HTTP/1.1")},
      {"target of a host only", get("", "GET http://localhost HTTP/1.1")},
      {"target with no slash", get("", "GET index HTTP/1.1")},
      {"authority as target", get("", "CONNECT localhost:80 HTTP/1.1")},
      {"star for GET", get("", "GET * HTTP/1.1")},
      {"fragment in the target", get("", "GET /#a HTTP/1.1")},
      {"target beyond ASCII", get("", "GET /\xc3\xa4 HTTP/1.1")},
      {"another expectation", get("Expect: 200-ok\r\n")},
      {"bad Connection", get("Connection: close;\x7f\r\n")},
      {"Connection that is no list", get("Connection: clo se\r\n")},
  };
  for (const auto& [name, bytes] : cases) {
    HttpHead head;
    const auto verdict = judge(bytes, head);
    ASSERT_TRUE(verdict.refusal.has_value()) << name;
    EXPECT_EQ(verdict.refusal->code, Errc::invalid_request) << name;
    EXPECT_FALSE(verdict.refusal->detail.empty()) << name;
  }
}

TEST(HttpHead, what_is_unusual_but_clear_is_accepted) {
  const Hostile cases[] = {
      {"no headers but Host", get("")},
      {"HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n"},
      {"chunked in capitals", get("TRANSFER-ENCODING: Chunked\r\n", "POST / HTTP/1.1")},
      {"length with leading zeros", get("Content-Length: 0005\r\n")},
      {"value beyond ASCII", get("A: \xc3\xa4\r\n")},
      {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
      {"target of this host", get("", "GET http://LOCALHOST/a?b HTTP/1.1")},
      {"star for OPTIONS", get("", "OPTIONS * HTTP/1.1")},
      {"made-up method", get("", "FROBNICATE / HTTP/1.1")},
      {"same header twice", get("A: b\r\nA: c\r\n")},
  };
  for (const auto& [name, bytes] : cases) {
    HttpHead head;
    const auto verdict = judge(bytes, head);
    EXPECT_TRUE(verdict.complete) << name;
    EXPECT_FALSE(verdict.refusal.has_value()) << name << ": " << verdict.refusal->detail;
  }
}

TEST(HttpHead, what_is_accepted_beast_accepts_with_the_same_meaning) {
  // Every byte in every place where a byte can stand.
  std::size_t accepted = 0;
  for (int code = 0; code < 256; ++code) {
    const std::string byte(1, static_cast<char>(code));
    for (const auto& bytes : {get("", "G" + byte + "T / HTTP/1.1"), get("", "GET /" + byte + " HTTP/1.1"),
                              get("", "GET /" + byte + "a HTTP/1.1"), get("", "GET / HTTP/1." + byte),
                              get("A" + byte + "b: c\r\n"), get("A:" + byte + "\r\n"),
                              get("A: b" + byte + "c\r\n"), get("A: b" + byte + "\r\n"),
                              get("Connection: a" + byte + "b\r\n"), get("Connection: close" + byte + "\r\n"),
                              get("Content-Length: " + byte + "\r\n"), get(byte + "\r\n")}) {
      HttpHead head;
      const auto verdict = judge(bytes, head);
      if (!verdict.complete || verdict.refusal) continue;
      ++accepted;
      EXPECT_EQ(test::disagreement(bytes, head), "") << code << " in " << bytes;
    }
  }
  EXPECT_GT(accepted, 800U);
}

TEST(HttpHead, the_path_of_an_absolute_target_is_the_local_part) {
  const auto bytes = get("", "GET http://localhost/a?b HTTP/1.1");
  HttpHead head;
  ASSERT_FALSE(judge(bytes, head).refusal.has_value());
  EXPECT_EQ(head.path, "/a");
  EXPECT_EQ(head.query, "b");
}

TEST(HttpHead, says_whether_the_connection_stays) {
  const auto stays = [](const std::string& bytes) {
    HttpHead head;
    EXPECT_FALSE(judge(bytes, head).refusal.has_value());
    return head.keep_alive;
  };
  EXPECT_TRUE(stays(get("")));
  EXPECT_FALSE(stays(get("Connection: x, Close\r\n")));
  EXPECT_FALSE(stays(get("", "GET / HTTP/1.0")));
}

TEST(HttpHead, expectations_are_of_http_1_1) {
  HttpHead head;
  const auto newer = get("Expect: 100-Continue\r\n"), older = get("Expect: nonsense\r\n", "GET / HTTP/1.0");
  ASSERT_FALSE(judge(newer, head).refusal.has_value());
  EXPECT_TRUE(head.expects_continue);
  ASSERT_FALSE(judge(older, head).refusal.has_value());
  EXPECT_FALSE(head.expects_continue);
}

TEST(HttpHeadScan, finds_the_end_however_the_head_is_cut) {
  const auto bytes = get("A: b\r\n") + "body";
  const HttpLimits limits;
  HttpHeadScan scan(limits);
  for (std::size_t size = 1; size < bytes.size() - 4; ++size) {
    ASSERT_EQ(scan.scan(std::string_view(bytes).substr(0, size)), State::more) << size;
  }
  ASSERT_EQ(scan.scan(bytes), State::complete);
  EXPECT_EQ(bytes.substr(scan.size()), "body");
}

Errc refused_with(const std::string& bytes, const HttpLimits& limits = {}) {
  HttpHead head;
  const auto verdict = judge(bytes, head, limits);
  return verdict.refusal ? verdict.refusal->code : Errc::internal;
}

TEST(HttpHeadScan, refuses_what_is_too_long_before_its_end_is_there) {
  EXPECT_EQ(refused_with("GET /" + std::string(9000, 'a')), Errc::uri_too_long);
  EXPECT_EQ(refused_with("GET / HTTP/1.1\r\nA: " + std::string(9000, 'a')), Errc::headers_too_large);
}

TEST(HttpHeadScan, a_line_of_just_the_allowed_length_may_be_cut_before_its_line_feed) {
  HttpLimits limits;
  limits.header_line = 20;
  const auto bytes = get("A: " + std::string(17, 'b') + "\r\n");
  HttpHeadScan scan(limits);
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    ASSERT_EQ(scan.scan(std::string_view(bytes).substr(0, size)), State::more) << size;
  }
  EXPECT_EQ(scan.scan(bytes), State::complete);
}

TEST(HttpHeadScan, bounds_line_header_sum_and_number) {
  HttpLimits limits;
  limits.request_line = 20;
  EXPECT_EQ(refused_with(get("", "GET /12345 HTTP/1.1"), limits), Errc::internal);  // 19: fits
  EXPECT_EQ(refused_with(get("", "GET /1234567 HTTP/1.1"), limits), Errc::uri_too_long);
  limits = {};
  limits.header_line = 20;
  EXPECT_EQ(refused_with(get("A: " + std::string(17, 'b') + "\r\n"), limits), Errc::internal);
  EXPECT_EQ(refused_with(get("A: " + std::string(18, 'b') + "\r\n"), limits), Errc::headers_too_large);
  limits = {};
  limits.headers = 17 + 6;  // "Host: localhost\r\n" and "A: b\r\n"
  EXPECT_EQ(refused_with(get("A: b\r\n"), limits), Errc::internal);
  EXPECT_EQ(refused_with(get("A: bc\r\n"), limits), Errc::headers_too_large);
  limits = {};
  limits.header_count = 2;
  EXPECT_EQ(refused_with(get("A: b\r\n"), limits), Errc::internal);
  EXPECT_EQ(refused_with(get("A: b\r\nA: c\r\n"), limits), Errc::headers_too_large);
}

}  // namespace
}  // namespace p2p
