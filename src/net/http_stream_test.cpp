// Answers in pieces. What a client makes of them is Beast's opinion.
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/http_harness_test.hpp"

namespace p2p::test {
namespace {

struct Answer {
  std::string body;
  bool complete = false, chunked = false;
  std::size_t size = 0;  // bytes of the whole answer
};

/// The first answer in `bytes`, read by Beast.
Answer read_answer(std::string_view bytes, bool at_end = false) {
  namespace http = boost::beast::http;
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.body_limit(boost::none);
  boost::beast::error_code error;
  Answer answer;
  while (answer.size < bytes.size() && !error && !parser.is_done())
    answer.size +=
        parser.put(boost::asio::const_buffer(bytes.data() + answer.size, bytes.size() - answer.size), error);
  if (at_end && !parser.is_done()) parser.put_eof(error = {});
  answer.chunked = parser.chunked();
  answer.complete = parser.is_done();
  answer.body = parser.get().body();
  return answer;
}

struct Leaver final : HttpAbort {
  void client_left() override { ++left; }
  void server_stops() override {
    ++stopped;
    if (then) then();
  }
  int left = 0, stopped = 0;
  std::function<void()> then;
};

class HttpStream : public testing::Test {
 protected:
  HttpStream() {
    h.handler.on = [this](const HttpRequest&, HttpExchange& exchange) { exchanges.push_back(&exchange); };
  }
  HttpExchange& begun(TestClient& client) {
    client.get("/stream");
    return begun_next();
  }
  HttpExchange& begun_next() {
    const auto before = taken_;
    EXPECT_TRUE(h.until([&] { return exchanges.size() > before; }));
    taken_ = before + 1;
    exchanges[before]->begin({.content_type = "application/x-ndjson"});
    return *exchanges[before];
  }
  /// Sends until the writer has to stop; how much that was.
  std::size_t fill(HttpExchange& exchange) {
    const std::string piece(10'000, 'x');
    std::size_t sent = 0;
    for (int full = 0; full < 50;) {
      if (exchange.queued() < stream_room) {
        exchange.send(piece);
        sent += piece.size();
        full = 0;
      } else {
        ++full;
      }
      h.turn();
    }
    return sent;
  }

  HttpHarness h;
  std::vector<HttpExchange*> exchanges;

 private:
  std::size_t taken_ = 0;
};

TEST_F(HttpStream, pieces_arrive_as_they_are_sent_and_read_as_one_body) {
  TestClient client(h);
  auto& stream = begun(client);
  EXPECT_NE(client.read_to("\r\n\r\n").find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(client.received().find("Content-Length"), std::string::npos);
  stream.send("one\n");
  client.read_to("one\n");
  stream.send("");  // would be the last chunk
  stream.send(std::string(300, 'y'));
  h.turn();
  EXPECT_FALSE(read_answer(client.received()).complete);
  stream.end();
  const auto answer = read_answer(client.read_to("\r\n0\r\n\r\n"));
  EXPECT_TRUE(answer.complete && answer.chunked);
  EXPECT_EQ(answer.body, "one\n" + std::string(300, 'y'));
  EXPECT_EQ(answer.size, client.received().size());
  EXPECT_EQ(h.server.counters().running, 0U);
}

TEST_F(HttpStream, the_connection_serves_on_after_the_end) {
  TestClient client(h);
  begun(client).end();
  begun(client).end();
  ASSERT_TRUE(h.until([&] { return count_of(client.received(), "\r\n0\r\n\r\n") == 2; }));
  EXPECT_EQ(h.server.counters().accepted, 1U);
}

TEST_F(HttpStream, may_begin_and_end_within_the_handler) {
  h.handler.on = [](const HttpRequest&, HttpExchange& exchange) {
    exchange.begin({.body = "first "});
    exchange.send("second");
    exchange.end();
  };
  TestClient client(h);
  client.get("/a").get("/b");
  ASSERT_TRUE(h.until([&] { return count_of(client.received(), "\r\n0\r\n\r\n") == 2; }));
  const auto first = read_answer(client.received());
  EXPECT_EQ(first.body, "first second");
  EXPECT_EQ(read_answer(std::string_view(client.received()).substr(first.size)).body, "first second");
}

TEST_F(HttpStream, head_gets_the_head_alone) {
  TestClient client(h);
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  auto& stream = begun_next();
  stream.send("never seen");
  h.turn();
  EXPECT_EQ(stream.queued(), 0U);
  stream.end();
  client.get("/next");
  begun_next().end();
  const auto all = client.read_to("\r\n0\r\n\r\n");
  EXPECT_EQ(all.find("never seen"), std::string::npos);
  EXPECT_EQ(count_of(all, "HTTP/1.1 200"), 2U);
  EXPECT_EQ(count_of(all, "0\r\n\r\n"), 1U);
}

TEST_F(HttpStream, http_1_0_gets_it_plain_until_the_connection_closes) {
  TestClient client(h);
  client.send("GET / HTTP/1.0\r\n\r\n");
  auto& stream = begun_next();
  stream.send("one ");
  client.read_to("one ");
  stream.send("two");
  stream.end();
  const auto all = client.read_to_end();
  const auto answer = read_answer(all, true);
  EXPECT_TRUE(answer.complete);
  EXPECT_FALSE(answer.chunked);
  EXPECT_EQ(answer.body, "one two");
}

TEST_F(HttpStream, a_cut_one_is_seen_to_be_incomplete) {
  TestClient client(h);
  auto& stream = begun(client);
  stream.send("all there was");
  stream.cut();
  const auto answer = read_answer(client.read_to_end(), true);
  EXPECT_EQ(answer.body, "all there was");
  EXPECT_FALSE(answer.complete);

  TestClient old(h);
  old.send("GET / HTTP/1.0\r\n\r\n");
  auto& plain = begun_next();
  plain.send("piece");
  old.read_to("piece");
  plain.cut();
  ASSERT_TRUE(h.until([&] { return old.ended(); }));
  EXPECT_TRUE(old.was_reset()) << "an orderly end would look complete";
}

TEST_F(HttpStream, waits_for_the_answers_before_it_and_those_behind_wait_for_it) {
  TestClient client(h);
  client.get("/slow").get("/stream").get("/last");
  ASSERT_TRUE(h.until([&] { return exchanges.size() == 3; }));
  exchanges[2]->respond({.body = "LAST"});
  exchanges[1]->begin({});
  exchanges[1]->send("early");
  h.turn();
  EXPECT_EQ(client.received(), "");
  EXPECT_GE(exchanges[1]->queued(), 5U);
  exchanges[0]->respond({.body = "SLOW"});
  client.read_to("early");
  EXPECT_EQ(client.received().find("LAST"), std::string::npos);
  exchanges[1]->send("late");
  exchanges[1]->end();
  const auto all = client.read_to("LAST");
  EXPECT_LT(all.find("SLOW"), all.find("early"));
  EXPECT_LT(all.find("late"), all.find("LAST"));
}

TEST_F(HttpStream, one_that_ended_before_its_turn_leaves_whole) {
  TestClient client(h);
  client.get("/slow").get("/stream").get("/cut").get("/never");
  ASSERT_TRUE(h.until([&] { return exchanges.size() == 4; }));
  exchanges[1]->begin({.body = "whole"});
  exchanges[1]->end();
  exchanges[2]->begin({.body = "half"});
  exchanges[2]->cut();
  exchanges[3]->begin({.body = "never"});
  exchanges[0]->respond({});
  exchanges[3]->end();
  const auto all = client.read_to_end();
  EXPECT_TRUE(all.ends_with("4\r\nhalf\r\n")) << all;
  EXPECT_EQ(count_of(all, "HTTP/1.1 200"), 3U);
  EXPECT_EQ(h.server.counters().running, 0U);
}

TEST_F(HttpStream, a_slow_reader_costs_what_the_writer_lets_wait) {
  TestClient client(h);
  auto& stream = begun(client);
  const auto sent = fill(stream);
  EXPECT_GE(stream.queued(), stream_room);
  EXPECT_LE(stream.queued(), stream_room + 11'000);
  int woken = 0;
  stream.on_writable([&] { ++woken; });
  h.turn();
  EXPECT_EQ(woken, 0);
  ASSERT_TRUE(h.until([&] { return (void)client.received(), woken > 0; }));
  EXPECT_LT(stream.queued(), stream_room);
  stream.end();
  ASSERT_TRUE(h.until([&] { return read_answer(client.received()).complete; }));
  EXPECT_EQ(read_answer(client.received()).body.size(), sent);
  EXPECT_EQ(woken, 1) << "told once";
}

TEST_F(HttpStream, a_writer_that_is_woken_writes_on_to_the_end) {
  TestClient client(h);
  auto& stream = begun(client);
  std::size_t left = 5'000'000;
  const std::string piece(10'000, 'z');
  std::function<void()> write = [&] {
    EXPECT_LT(stream.queued(), stream_room);
    while (left > 0 && stream.queued() < stream_room) {
      stream.send(piece);
      left -= piece.size();
    }
    if (left == 0) return stream.end();
    stream.on_writable([&] { write(); });
  };
  write();
  ASSERT_TRUE(h.until([&] { return client.received().ends_with("\r\n0\r\n\r\n"); }));
  EXPECT_EQ(read_answer(client.received()).body.size(), 5'000'000U);
}

TEST_F(HttpStream, one_behind_a_slow_answer_is_woken_at_its_turn) {
  TestClient client(h);
  client.get("/slow").get("/stream");
  ASSERT_TRUE(h.until([&] { return exchanges.size() == 2; }));
  auto& stream = *exchanges[1];
  stream.begin({});
  stream.send(std::string(2 * stream_room, 'x'));
  int woken = 0;
  stream.on_writable([&] { ++woken; });
  h.turn();
  EXPECT_EQ(woken, 0);
  exchanges[0]->respond({});
  ASSERT_TRUE(h.until([&] { return (void)client.received(), woken == 1; }));
  stream.end();
}

TEST_F(HttpStream, who_has_room_is_woken_soon_but_never_after_the_end) {
  TestClient client(h);
  auto& stream = begun(client);
  int woken = 0;
  stream.on_writable([&] { ++woken; });
  EXPECT_EQ(woken, 0) << "never inside the call";
  h.turn();
  EXPECT_EQ(woken, 1);
  stream.on_writable([&] { ++woken; });
  stream.end();
  begun(client).end();  // the place is used again
  h.turn();
  EXPECT_EQ(woken, 1);
}

TEST_F(HttpStream, the_clients_leaving_is_told_and_what_is_sent_after_goes_nowhere) {
  for (const bool by_reset : {false, true}) {
    TestClient client(h);
    auto& stream = begun(client);
    Leaver leaver;
    stream.on_client_left(&leaver);
    stream.send("piece");
    client.read_to("piece");
    by_reset ? client.reset() : client.close();
    ASSERT_TRUE(h.until([&] { return leaver.left == 1; }));
    stream.send(std::string(100'000, 'x'));
    EXPECT_EQ(stream.queued(), 0U);
    int woken = 0;
    stream.on_writable([&] { ++woken; });
    h.turn();
    EXPECT_EQ(woken, 0);
    EXPECT_EQ(h.server.counters().running, 1U);
    by_reset ? stream.cut() : stream.end();
    EXPECT_EQ(h.server.counters().running, 0U);
    EXPECT_EQ(leaver.left, 1);
  }
}

TEST_F(HttpStream, one_begun_after_the_client_left_goes_nowhere) {
  TestClient client(h);
  client.get("/a");
  ASSERT_TRUE(h.until([&] { return exchanges.size() == 1; }));
  client.close();
  ASSERT_TRUE(h.until([&] { return h.server.counters().connections == 0; }));
  exchanges[0]->begin({.body = "for"});
  exchanges[0]->send("nobody");
  exchanges[0]->end();
  EXPECT_EQ(h.server.counters().running, 0U);
}

TEST_F(HttpStream, a_quiet_one_lives_on_and_idleness_counts_from_its_end) {
  TestClient client(h);
  auto& stream = begun(client);
  h.pass(300);
  stream.send("still here");
  h.pass(1);  // the sweep comes between the piece and its write
  client.read_to("still here");
  stream.end();
  h.pass(50);
  EXPECT_FALSE(client.ended());
  h.pass(11);
  EXPECT_TRUE(h.until([&] { return client.ended(); }));
}

TEST_F(HttpStream, a_reader_that_takes_nothing_for_a_minute_is_closed) {
  TestClient client(h);
  auto& stream = begun(client);
  Leaver leaver;
  stream.on_client_left(&leaver);
  fill(stream);
  h.pass(55);
  EXPECT_EQ(leaver.left, 0) << "ten seconds are for whole answers";
  h.pass(6);
  EXPECT_EQ(leaver.left, 1);
  EXPECT_EQ(h.server.counters().connections, 0U);
  EXPECT_EQ(h.server.counters().rejected_timeout, 1U);
  stream.end();
}

TEST_F(HttpStream, a_reader_that_takes_a_little_now_and_then_is_kept) {
  TestClient client(h);
  auto& stream = begun(client);
  fill(stream);
  for (int i = 0; i < 4; ++i) {
    h.pass(50);
    ASSERT_TRUE(h.until([&] { return (void)client.received(), stream.queued() < stream_room; }));
    fill(stream);
  }
  EXPECT_FALSE(client.ended());
  stream.cut();
}

TEST_F(HttpStream, the_servers_stop_is_told_and_who_does_not_end_by_then_is_cut) {
  TestClient ending(h), lasting(h);
  auto& follower = begun(ending);
  Leaver told, deaf;
  told.then = [&] { follower.end(); };
  follower.on_client_left(&told);
  auto& call = begun(lasting);
  call.on_client_left(&deaf);
  h.server.stop_accepting();
  EXPECT_EQ(told.stopped, 1);
  EXPECT_EQ(deaf.stopped, 1);
  EXPECT_TRUE(read_answer(ending.read_to("\r\n0\r\n\r\n")).complete);
  call.send("works on");
  lasting.read_to("works on");
  h.server.close_all();
  EXPECT_EQ(deaf.left, 1);
  EXPECT_FALSE(read_answer(lasting.read_to_end(), true).complete);
  call.end();
}

TEST_F(HttpStream, one_that_comes_while_the_server_stops_is_told_at_once) {
  TestClient client(h);
  client.get("/slow").get("/stream");
  ASSERT_TRUE(h.until([&] { return exchanges.size() == 2; }));
  h.server.stop_accepting();
  Leaver leaver;
  leaver.then = [&] { exchanges[1]->end(); };
  exchanges[1]->begin({});
  exchanges[1]->on_client_left(&leaver);
  EXPECT_EQ(leaver.stopped, 1);
  exchanges[0]->respond({});
  EXPECT_NE(client.read_to("\r\n0\r\n\r\n").find("Connection: close\r\n"), std::string::npos);
}

}  // namespace
}  // namespace p2p::test
