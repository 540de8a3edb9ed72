#include "service_layer/idempotency.hpp"

#include <gtest/gtest.h>

#include "testing/manual_clock.hpp"

namespace p2p {
namespace {

class FakeExchange final : public HttpExchange {
 public:
  void add_headers(std::string_view) override {}
  void respond(const HttpAnswer& answer) override {
    status = answer.status;
    headers = answer.headers;
    body = answer.body;
  }
  void on_client_left(HttpAbort* listener) override { abort = listener; }
  void begin(const HttpAnswer&) override { begun = true; }
  void send(std::string_view piece) override { body += piece; }
  void end() override { ended = true; }
  void cut() override { ended = true; }
  [[nodiscard]] std::size_t queued() const override { return 7; }
  void on_writable(Job) override {}

  int status = 0;
  std::string headers, body;
  HttpAbort* abort = nullptr;
  bool begun = false, ended = false;
};

struct Nobody final : HttpAbort {
  void client_left() override {}
};

class IdempotencyTest : public testing::Test {
 protected:
  std::string ask(std::string_view subject, std::string_view key, std::string_view request, int status = 200,
                  std::string body = "done") {
    FakeExchange exchange;
    const auto outcome = keys.begin(subject, key, sha256(request), exchange, false);
    if (outcome.run != nullptr) {
      outcome.run->respond({.status = status, .headers = "X: 1\r\n", .body = body});
      return "ran " + exchange.body;
    }
    if (outcome.again != nullptr)
      return "again " + std::to_string(outcome.again->status) + ' ' + std::string(outcome.again->headers) +
             std::string(outcome.again->body);
    return std::string(errc_name(outcome.refused.code())) + ": " + outcome.refused.message();
  }

  ManualClock clock;
  Idempotency keys{clock};
};

TEST_F(IdempotencyTest, a_request_runs_once_and_its_answer_is_given_again) {
  EXPECT_EQ(ask("alice", "k", "a"), "ran done");
  EXPECT_EQ(ask("alice", "k", "a"), "again 200 X: 1\r\nIdempotency-Replayed: true\r\ndone");
  EXPECT_EQ(ask("alice", "k", "b"), "conflict: this Idempotency-Key was used for another request");
  EXPECT_EQ(ask("bob", "k", "b"), "ran done") << "a key is its subject's";
  EXPECT_EQ(ask("alice", "l", "b", 422, "bad"), "ran bad");
  EXPECT_TRUE(ask("alice", "l", "b").starts_with("again 422 ")) << "a failure is an answer, too";
}

TEST_F(IdempotencyTest, an_answer_is_kept_as_it_was_before_it_was_gzipped) {
  const std::string large(10'000, 'x');
  FakeExchange first, second;
  keys.begin("alice", "k", sha256("a"), first, true).run->respond({.body = large});
  EXPECT_LT(first.body.size(), 1000u);
  EXPECT_NE(first.headers.find("Content-Encoding: gzip\r\n"), first.headers.npos);
  const auto outcome = keys.begin("alice", "k", sha256("a"), second, false);
  ASSERT_NE(outcome.again, nullptr);
  EXPECT_EQ(outcome.again->body, large);
  EXPECT_EQ(outcome.again->headers, "Idempotency-Replayed: true\r\n");
}

TEST_F(IdempotencyTest, for_ten_minutes) {
  EXPECT_EQ(ask("alice", "k", "a"), "ran done");
  clock.advance(Idempotency::kept_for - std::chrono::seconds(1));
  EXPECT_TRUE(ask("alice", "k", "a").starts_with("again"));
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(ask("alice", "k", "b"), "ran done");
  EXPECT_EQ(keys.size(), 1u);
}

TEST_F(IdempotencyTest, while_the_first_runs_the_next_is_told_to_wait) {
  FakeExchange first, second;
  const auto running = keys.begin("alice", "k", sha256("a"), first, false);
  ASSERT_NE(running.run, nullptr);
  clock.advance(Idempotency::kept_for * 2);
  const auto outcome = keys.begin("alice", "k", sha256("a"), second, false);
  EXPECT_EQ(outcome.refused.code(), Errc::conflict);
  EXPECT_EQ(outcome.refused.detail()["retry_after"], 1);
  running.run->respond({.body = "late"});
  EXPECT_EQ(first.body, "late");
  EXPECT_TRUE(ask("alice", "k", "a").ends_with("late"));
}

TEST_F(IdempotencyTest, its_clients_leaving_does_not_stop_it) {
  FakeExchange exchange;
  const auto outcome = keys.begin("alice", "k", sha256("a"), exchange, false);
  Nobody nobody;
  outcome.run->on_client_left(&nobody);
  EXPECT_EQ(exchange.abort, nullptr);
  outcome.run->respond({});
}

TEST_F(IdempotencyTest, its_clients_leaving_stops_an_answer_in_pieces_which_is_not_kept) {
  FakeExchange exchange;
  const auto outcome = keys.begin("alice", "k", sha256("a"), exchange, false);
  Nobody nobody;
  outcome.run->on_client_left(&nobody);
  outcome.run->begin({});
  EXPECT_EQ(exchange.abort, &nobody);
  outcome.run->on_client_left(nullptr);
  EXPECT_EQ(exchange.abort, nullptr);
  outcome.run->end();
}

TEST_F(IdempotencyTest, what_was_refused_for_lack_of_room_may_be_tried_again) {
  EXPECT_EQ(ask("alice", "k", "a", 503, "busy"), "ran busy");
  EXPECT_EQ(ask("alice", "k", "a", 429, "busy"), "ran busy");
  EXPECT_EQ(ask("alice", "k", "a"), "ran done");
}

TEST_F(IdempotencyTest, an_answer_too_long_to_keep_is_not_run_again) {
  EXPECT_EQ(ask("alice", "k", "a", 200, std::string(Idempotency::longest_answer + 1, 'x')).size(),
            Idempotency::longest_answer + 5);
  EXPECT_TRUE(ask("alice", "k", "a").ends_with("has run, but its answer was too long to keep"));
  FakeExchange exchange;
  const auto stream = keys.begin("alice", "s", sha256("a"), exchange, false);
  stream.run->begin({});
  stream.run->send("piece");
  EXPECT_EQ(stream.run->queued(), 7u);
  stream.run->end();
  EXPECT_TRUE(exchange.begun && exchange.ended);
  EXPECT_TRUE(ask("alice", "s", "a").ends_with("its answer came in pieces, which are not kept"));
}

TEST_F(IdempotencyTest, the_keys_of_one_subject_leave_room_for_others) {
  constexpr std::size_t share = Idempotency::most_keys / Idempotency::share;
  for (std::size_t i = 0; i < share; ++i) (void)ask("alice", std::to_string(i), "a");
  clock.advance(std::chrono::minutes(4));
  FakeExchange exchange;
  const auto outcome = keys.begin("alice", "more", sha256("a"), exchange, false);
  EXPECT_EQ(outcome.refused.code(), Errc::overloaded);
  EXPECT_EQ(outcome.refused.detail()["retry_after"], 360) << "until the oldest goes";
  EXPECT_TRUE(ask("alice", "0", "a").starts_with("again")) << "those it has it answers";
  EXPECT_EQ(ask("bob", "more", "a"), "ran done");
  clock.advance(std::chrono::minutes(6));
  EXPECT_EQ(ask("alice", "more", "a"), "ran done");
  EXPECT_EQ(keys.size(), 2u);
}

TEST_F(IdempotencyTest, the_keys_of_all_are_bounded) {
  for (std::size_t i = 0; i < Idempotency::most_keys; ++i)
    (void)ask(std::to_string(i % (2 * Idempotency::share)), std::to_string(i), "a");
  EXPECT_TRUE(ask("bob", "more", "a").starts_with("overloaded"));
}

TEST_F(IdempotencyTest, the_answers_of_one_subject_leave_room_for_others_and_its_oldest_go_first) {
  const std::string large(1'000'000, 'x');
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask("alice", std::to_string(i), "a", 200, large), "ran " + large);
  EXPECT_TRUE(ask("alice", "19", "a").starts_with("again"));
  EXPECT_EQ(
      ask("alice", "0", "a"),
      "conflict: the request with this Idempotency-Key has run, but there was no room to keep its answer")
      << "it does not run twice";
  EXPECT_EQ(ask("bob", "0", "a", 200, large), "ran " + large);
  EXPECT_TRUE(ask("bob", "0", "a").starts_with("again"));
}

TEST_F(IdempotencyTest, keys_are_visible_ascii) {
  EXPECT_TRUE(Idempotency::is_key("a-1_~!"));
  EXPECT_TRUE(Idempotency::is_key(std::string(64, 'k')));
  for (const std::string& key :
       {std::string(), std::string(65, 'k'), std::string("a b"), std::string("\xc3\xa9")})
    EXPECT_FALSE(Idempotency::is_key(key)) << key;
}

}  // namespace
}  // namespace p2p
