#include "net/answer_writer.hpp"

#include <gtest/gtest.h>

#include "net/http_server.hpp"

namespace p2p {
namespace {

using Body = AnswerWriter::Body;
using After = AnswerWriter::After;

const WallTime then{std::chrono::seconds(784111777)};

std::string written(const HttpAnswer& answer, Body body = Body::send, After after = After::keep_open) {
  std::string out;
  AnswerWriter("X-Constant: 1\r\n", then).write(out, answer, body, after);
  return out;
}

TEST(AnswerWriter, puts_an_answer_together) {
  EXPECT_EQ(written({.status = 200, .headers = "X-More: 2\r\n", .body = "{}"}),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Constant: 1\r\nContent-Type: "
            "application/json\r\n"
            "X-More: 2\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(AnswerWriter, an_answer_to_head_has_the_length_and_not_the_body) {
  const auto out = written({.body = "12345"}, Body::leave_out);
  EXPECT_NE(out.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

TEST(AnswerWriter, no_content_has_neither_length_nor_body) {
  const auto out = written({.status = 204, .content_type = "", .body = "ignored"});
  EXPECT_EQ(out.find("Content-"), std::string::npos);
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

TEST(AnswerWriter, says_when_the_connection_closes) {
  EXPECT_NE(written({}, Body::send, After::close).find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_EQ(written({}).find("Connection"), std::string::npos);
}

TEST(AnswerWriter, a_status_without_a_phrase_is_a_status_all_the_same) {
  EXPECT_TRUE(written({.status = 418}).starts_with("HTTP/1.1 418 \r\n"));
}

TEST(AnswerWriter, the_date_is_as_old_as_its_last_setting) {
  AnswerWriter writer("", then);
  writer.set_date(then + std::chrono::hours(24 * 28));
  std::string out;
  writer.write(out, {}, Body::send, After::keep_open);
  EXPECT_NE(out.find("Date: Sun, 04 Dec 1994 08:49:37 GMT\r\n"), std::string::npos);
}

}  // namespace
}  // namespace p2p
