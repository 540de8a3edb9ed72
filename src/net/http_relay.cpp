#include "net/http_relay.hpp"

#include <memory>
#include <optional>
#include <utility>

#include "net/impl/http_copy.hpp"

namespace p2p {

/// One request on its way. What stands under "here" belongs to the loop that read it, the rest to the other.
class HttpRelay::Hop final : public HttpExchange, public HttpAbort, public std::enable_shared_from_this<Hop> {
 public:
  Hop(HttpRelay& relay, const HttpRequest& request, HttpExchange& exchange)
      : relay_(relay), exchange_(&exchange), copy_(std::in_place, request) {}

  [[nodiscard]] std::size_t size() const noexcept { return copy_->size(); }

  void set_out() {
    keep_ = shared_from_this();
    there([](Hop& hop) { hop.arrive(); });
    exchange_->on_client_left(this);
  }

  // ---- here: what the server says

  void client_left() override {
    there([](Hop& hop) {
      hop.left_ = true;
      hop.writable_ = {};
      if (auto* abort = std::exchange(hop.abort_, nullptr)) abort->client_left();
    });
  }
  void server_stops() override {
    there([](Hop& hop) {
      hop.stops_ = true;
      if (hop.abort_ != nullptr) hop.abort_->server_stops();
    });
  }

  // ---- there: what the handler answers

  void add_headers(std::string_view lines) override {
    here([lines](Hop& hop) { hop.exchange_->add_headers(lines); });  // the text outlives the request
  }
  void respond(const HttpAnswer& answer) override {
    finish([answer = HttpAnswerCopy(answer)](HttpExchange& exchange) { exchange.respond(answer.view()); });
  }
  void on_client_left(HttpAbort* abort) override {
    abort_ = abort;
    if (abort == nullptr) return;
    if (left_) return std::exchange(abort_, nullptr)->client_left();
    if (stops_) abort->server_stops();
  }
  void begin(const HttpAnswer& answer) override {
    note_sent(answer.body.size());
    here([answer = HttpAnswerCopy(answer)](Hop& hop) {
      hop.exchange_->begin(answer.view());
      hop.confirm(answer.body.size());
    });
  }
  void send(std::string_view piece) override {
    if (left_ || piece.empty()) return;
    note_sent(piece.size());
    here([piece = std::string(piece)](Hop& hop) {
      hop.exchange_->send(piece);
      hop.confirm(piece.size());
    });
  }
  void end() override {
    finish([](HttpExchange& exchange) { exchange.end(); });
  }
  void cut() override {
    finish([](HttpExchange& exchange) { exchange.cut(); });
  }
  [[nodiscard]] std::size_t queued() const override { return left_ ? 0 : unconfirmed_; }
  void on_writable(Job job) override {
    if (left_) return;
    writable_ = std::move(job);
    relay_.there_.post([self = shared_from_this()] { self->wake_writer(); });
  }

 private:
  template <class Step>
  void there(Step step) {
    relay_.there_.post([self = shared_from_this(), step] { step(*self); });
  }
  template <class Step>
  void here(Step step) {
    relay_.here_.post([self = shared_from_this(), step = std::move(step)] { step(*self); });
  }

  void arrive() {
    relay_.waiting_.fetch_sub(1, std::memory_order_relaxed);
    relay_.waiting_bytes_.fetch_sub(copy_->size(), std::memory_order_relaxed);
    const auto self = shared_from_this();
    relay_.handler_.on_request(copy_->request(), *this);
    copy_.reset();
  }

  /// The last word of the handler: after it nothing is told there any more.
  template <class Word>
  void finish(Word word) {
    abort_ = nullptr;
    writable_ = {};
    here([word = std::move(word)](Hop& hop) {
      const auto last = std::move(hop.keep_);
      hop.exchange_->on_client_left(nullptr);
      word(*hop.exchange_);
    });
  }

  void note_sent(std::size_t size) { unconfirmed_ += size; }

  /// Here: once the socket has room for more, what was sent counts no longer as queued.
  void confirm(std::size_t size) {
    unsaid_ += size;
    if (exchange_->queued() < stream_room) return say();
    exchange_->on_writable([this] { say(); });  // runs at most until the exchange ends, which we outlive
  }
  void say() {
    there([size = std::exchange(unsaid_, 0)](Hop& hop) {
      hop.unconfirmed_ -= size;
      hop.wake_writer();
    });
  }
  void wake_writer() {
    if (writable_ && unconfirmed_ < stream_room) std::exchange(writable_, {})();
  }

  HttpRelay& relay_;

  // Here.
  HttpExchange* exchange_;
  std::shared_ptr<Hop> keep_;  // until the exchange is answered
  std::size_t unsaid_ = 0;     // bytes taken by the exchange that the other loop still counts

  // There.
  std::optional<HttpCopy> copy_;
  HttpAbort* abort_ = nullptr;
  Job writable_;
  std::size_t unconfirmed_ = 0;
  bool left_ = false, stops_ = false;
};

bool HttpRelay::send(const HttpRequest& request, HttpExchange& exchange) {
  if (waiting_.load(std::memory_order_relaxed) >= bounds_.requests) return false;
  const auto hop = std::make_shared<Hop>(*this, request, exchange);
  if (waiting_bytes_.load(std::memory_order_relaxed) + hop->size() > bounds_.bytes) return false;
  waiting_.fetch_add(1, std::memory_order_relaxed);
  waiting_bytes_.fetch_add(hop->size(), std::memory_order_relaxed);
  hop->set_out();
  return true;
}

}  // namespace p2p
