#include "net/http_reader.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace p2p {
namespace {

using Event = HttpReader::Event;

/// Drives a reader as a connection does and writes down what comes out.
class Reading {
 public:
  explicit Reading(HttpLimits limits = {}, std::size_t body_limit = 1024 * 1024)
      : limits_(limits), body_limit_(body_limit), reader_(limits_) {}

  Reading& feed(std::string_view bytes, std::size_t piece = 1'000'000) {
    for (std::size_t at = 0; at < bytes.size();) {
      const auto room = reader_.prepare();
      const auto count = std::min({piece, bytes.size() - at, room.size()});
      std::copy_n(bytes.data() + at, count, room.data());
      reader_.commit(count);
      at += count;
      drain();
    }
    return *this;
  }

  std::vector<std::string> events;
  HttpReader& reader() { return reader_; }

 private:
  void drain() {
    for (;;) {
      switch (reader_.next()) {
        case Event::need_more: return;
        case Event::ask_limit: reader_.limit_body(body_limit_); break;
        case Event::want_continue: events.push_back("100"); break;
        case Event::request: take(); break;
        case Event::refused: events.push_back("refused: " + std::string(reader_.refusal().detail)); break;
        case Event::not_http: events.push_back("not http"); break;
      }
    }
  }
  void take() {
    const auto& head = reader_.head();
    events.push_back(std::string(head.method) + " " + std::string(head.path) +
                     (reader_.oversized() ? " oversized" : " [" + std::string(reader_.body()) + "]"));
    reader_.pop();
  }

  const HttpLimits limits_;
  std::size_t body_limit_;
  HttpReader reader_;
};

const std::string host = "Host: localhost\r\n";

std::string with_body(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) + " HTTP/1.1\r\n" + host +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string chunked(std::string_view path, std::string_view chunks) {
  return "POST " + std::string(path) + " HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n" +
         std::string(chunks);
}

TEST(HttpReader, gives_the_same_requests_however_the_bytes_are_cut) {
  const auto bytes = "GET /a HTTP/1.1\r\n" + host + "\r\n" + with_body("/b", "hello") +
                     chunked("/c", "3\r\nabc\r\n4;x\r\ndefg\r\n0\r\nT: 1\r\n\r\n") + "GET /d HTTP/1.1\r\n" +
                     host + "\r\n";
  const std::vector<std::string> expected{"GET /a []", "POST /b [hello]", "POST /c [abcdefg]", "GET /d []"};
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    EXPECT_EQ(Reading().feed(bytes, piece).events, expected) << piece;
  }
}

TEST(HttpReader, a_body_larger_than_the_buffer_comes_in_one_piece) {
  const std::string body(300'000, 'x');
  EXPECT_EQ(Reading().feed(with_body("/a", body)).events, std::vector<std::string>{"POST /a [" + body + "]"});
  std::string chunks;
  for (int i = 0; i < 300; ++i) chunks += "3e8\r\n" + std::string(1000, 'x') + "\r\n";
  EXPECT_EQ(Reading().feed(chunked("/a", chunks + "0\r\n\r\n")).events,
            std::vector<std::string>{"POST /a [" + body + "]"});
}

TEST(HttpReader, a_body_over_its_limit_is_not_read) {
  HttpLimits limits;
  limits.body = 10;
  EXPECT_EQ(Reading(limits, 10).feed(with_body("/a", "12345678901")).events,
            std::vector<std::string>{"POST /a oversized"});
  EXPECT_EQ(Reading(limits, 11).feed(with_body("/a", "12345678901")).events,
            std::vector<std::string>{"POST /a [12345678901]"});
  EXPECT_EQ(Reading(limits, 10).feed(chunked("/a", "5\r\n12345\r\n6\r\n")).events,
            std::vector<std::string>{"POST /a oversized"});
}

TEST(HttpReader, no_method_may_ask_for_more_than_the_ceiling) {
  HttpLimits limits;
  limits.body = 10;
  limits.body_ceiling = 20;
  EXPECT_EQ(Reading(limits, 1000).feed(with_body("/a", std::string(21, 'x'))).events,
            std::vector<std::string>{"POST /a oversized"});
}

TEST(HttpReader, nothing_comes_after_an_oversized_body) {
  HttpLimits limits;
  limits.body = 1;
  const auto events =
      Reading(limits, 1).feed(with_body("/a", "GET /smuggled HTTP/1.1\r\n" + host + "\r\n")).events;
  EXPECT_EQ(events, std::vector<std::string>{"POST /a oversized"});
}

TEST(HttpReader, nothing_comes_after_a_refusal) {
  const auto events =
      Reading().feed("GET / HTTP/3\r\n" + host + "\r\nGET /b HTTP/1.1\r\n" + host + "\r\n").events;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].starts_with("refused: "));
  EXPECT_EQ(Reading().feed(chunked("/a", "zz\r\n")).events.size(), 1U);
}

TEST(HttpReader, asks_for_continue_once_and_only_while_the_body_is_missing) {
  const auto head = "POST /a HTTP/1.1\r\n" + host + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  Reading waiting;
  waiting.feed(head);
  EXPECT_EQ(waiting.events, std::vector<std::string>{"100"});
  waiting.feed("a").feed("bc");
  EXPECT_EQ(waiting.events, (std::vector<std::string>{"100", "POST /a [abc]"}));
  EXPECT_EQ(Reading().feed(head + "abc").events, std::vector<std::string>{"POST /a [abc]"});
  HttpLimits limits;
  limits.body = 2;
  EXPECT_EQ(Reading(limits, 2).feed(head).events, std::vector<std::string>{"POST /a oversized"});
}

TEST(HttpReader, the_first_byte_tells_what_is_no_http) {
  for (const char first : {'\0', '\x16', '\r', '\n', ' ', 'g', '\xff'}) {
    EXPECT_EQ(Reading().feed(std::string(1, first)).events, std::vector<std::string>{"not http"});
  }
  EXPECT_TRUE(Reading().feed("G").events.empty());
}

TEST(HttpReader, says_what_it_waits_for) {
  using Phase = HttpReader::Phase;
  Reading reading;
  EXPECT_EQ(reading.reader().phase(), Phase::idle);
  reading.feed("POST / HT");
  EXPECT_EQ(reading.reader().phase(), Phase::head);
  reading.feed("TP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nabc");
  EXPECT_EQ(reading.reader().phase(), Phase::body);
  EXPECT_EQ(reading.reader().body_received(), 3U);
  reading.feed("de");
  EXPECT_EQ(reading.reader().phase(), Phase::idle);
  reading.feed("\r\n");
  EXPECT_EQ(reading.reader().phase(), Phase::stopped);
}

}  // namespace
}  // namespace p2p
