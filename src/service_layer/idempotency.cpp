#include "service_layer/idempotency.hpp"

#include <algorithm>
#include <optional>

#include "service_layer/gzip.hpp"

namespace p2p {

/// One key: the exchange of the first request while it runs, its answer afterwards.
class Idempotency::Entry final : public HttpExchange {
 public:
  Entry(Idempotency& all, std::string name_in, const Digest& request_in, HttpExchange& exchange,
        bool gzip_accepted)
      : name(std::move(name_in)),
        request(request_in),
        all_(all),
        exchange_(&exchange),
        gzip_(gzip_accepted) {}

  void add_headers(std::string_view lines) override { exchange_->add_headers(lines); }
  void respond(const HttpAnswer& answer) override {
    HttpExchange& exchange = *std::exchange(exchange_, nullptr);
    const bool keep = answer.status != 503 && answer.status != 429;
    if (keep) keep_answer(answer);
    respond_gzipped(exchange, gzip_, answer);
    if (!keep) all_.forget(*this);  // this is gone now
  }
  /// The answer is kept for the client to ask again, so its leaving stops nothing; but an answer in pieces is
  /// not kept.
  void on_client_left(HttpAbort* abort) override {
    abort_ = abort;
    if (begun_) exchange_->on_client_left(abort);
  }

  void begin(const HttpAnswer& answer) override {
    begun_ = true;
    exchange_->begin(answer);
    exchange_->on_client_left(abort_);
  }
  void send(std::string_view piece) override { exchange_->send(piece); }
  void end() override {
    note_answered();
    std::exchange(exchange_, nullptr)->end();
  }
  void cut() override {
    note_answered();
    std::exchange(exchange_, nullptr)->cut();
  }
  [[nodiscard]] std::size_t queued() const override { return exchange_->queued(); }
  void on_writable(Job job) override { exchange_->on_writable(std::move(job)); }

  [[nodiscard]] bool running() const { return exchange_ != nullptr; }
  [[nodiscard]] HttpAnswer again() const {
    return {.status = status, .content_type = content_type, .headers = headers, .body = body};
  }
  [[nodiscard]] std::size_t bytes() const { return body.size() + headers.size() + name.size(); }

  const std::string name;
  const Digest request;
  Instant answered{};
  bool complete = false;  ///< its answer is here
  int status = 0;
  std::string content_type, headers, body;
  std::list<Entry*>::iterator place{};

 private:
  void note_answered() {
    answered = all_.clock_.now();
    place = all_.oldest_.insert(all_.oldest_.end(), this);
    all_.bytes_ += bytes();
  }
  void keep_answer(const HttpAnswer& answer) {
    complete = answer.body.size() <= longest_answer && all_.bytes_ + answer.body.size() <= most_bytes;
    if (complete) {
      status = answer.status;
      content_type = answer.content_type;
      headers = std::string(answer.headers) + "Idempotency-Replayed: true\r\n";
      body = answer.body;
    }
    note_answered();
  }

  Idempotency& all_;
  HttpExchange* exchange_;  // null once answered
  const bool gzip_;
  HttpAbort* abort_ = nullptr;
  bool begun_ = false;
};

Idempotency::Idempotency(const Clock& clock) : clock_(clock) {}
Idempotency::~Idempotency() = default;

bool Idempotency::is_key(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

void Idempotency::forget(Entry& entry) {
  if (!entry.running() && entry.answered != Instant{}) {
    bytes_ -= entry.bytes();
    oldest_.erase(entry.place);
  }
  entries_.erase(entries_.find(entry.name));
}

void Idempotency::forget_old() {
  while (!oldest_.empty() && clock_.now() - oldest_.front()->answered >= kept_for) forget(*oldest_.front());
}

Idempotency::Outcome Idempotency::begin(std::string_view subject, std::string_view key, const Digest& request,
                                        HttpExchange& exchange, bool gzip_accepted) {
  forget_old();
  std::string name = std::string(subject).append(1, '\n').append(key);
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    if (entries_.size() >= most_keys)
      return {nullptr, nullptr,
              Error(Errc::overloaded, "too many Idempotency-Keys of the last 10 minutes",
                    Value{{"retry_after", 60}})};
    auto entry = std::make_unique<Entry>(*this, name, request, exchange, gzip_accepted);
    Entry& made = *entry;
    entries_.emplace(std::move(name), std::move(entry));
    return {&made, nullptr};
  }
  const Entry& first = *found->second;
  if (first.request != request)
    return {nullptr, nullptr,
            Error(Errc::conflict, "this Idempotency-Key was used for another request",
                  Value{{"hint", "use a new key for each request"}})};
  if (first.running())
    return {nullptr, nullptr,
            Error(Errc::conflict, "the first request with this Idempotency-Key still runs",
                  Value{{"retry_after", 1}})};
  if (!first.complete)
    return {nullptr, nullptr,
            Error(Errc::conflict,
                  "the request with this Idempotency-Key has run, but its answer was too long to keep")};
  again_ = first.again();
  return {nullptr, &again_};
}

}  // namespace p2p
