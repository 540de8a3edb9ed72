#include "service_layer/idempotency.hpp"

#include <algorithm>
#include <optional>

#include "service_layer/gzip.hpp"

namespace p2p {

/// One key: the exchange of the first request while it runs, its answer afterwards.
class Idempotency::Entry final : public HttpExchange {
 public:
  Entry(Idempotency& all, Shares::iterator share_in, std::string name_in, const Digest& request_in,
        HttpExchange& exchange, bool gzip_accepted)
      : name(std::move(name_in)),
        request(request_in),
        share(share_in),
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
    unkept = in_pieces;
    note_answered();
    std::exchange(exchange_, nullptr)->end();
  }
  void cut() override {
    unkept = in_pieces;
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
  /// The key stays: it has run.
  void drop_answer() {
    count_bytes(-1);
    unkept = no_room_left;
    for (std::string* text : {&content_type, &headers, &body}) *text = std::string();
    count_bytes(1);
  }
  void count_bytes(int sign) {
    for (std::size_t* sum : {&all_.bytes_, &share->second.bytes}) *sum += sign > 0 ? bytes() : 0 - bytes();
  }

  static constexpr std::string_view in_pieces = "its answer came in pieces, which are not kept";
  static constexpr std::string_view too_long = "its answer was too long to keep";
  static constexpr std::string_view no_room_left = "there was no room to keep its answer";

  const std::string name;
  const Digest request;
  const Shares::iterator share;
  Instant answered{};
  std::string_view unkept;  ///< why its answer is not here; empty when it is
  int status = 0;
  std::string content_type, headers, body;
  std::list<Entry*>::iterator place{}, place_in_share{};

 private:
  void note_answered() {
    answered = all_.clock_.now();
    place = all_.oldest_.insert(all_.oldest_.end(), this);
    place_in_share = share->second.oldest.insert(share->second.oldest.end(), this);
    count_bytes(1);
  }
  void keep_answer(const HttpAnswer& answer) {
    const Share& mine = share->second;
    if (answer.body.size() > longest_answer) {
      unkept = too_long;
    } else {
      for (Entry* old : mine.oldest) {
        if (mine.bytes + answer.body.size() <= most_bytes / Idempotency::share) break;
        if (old->unkept.empty()) old->drop_answer();
      }
      if (all_.bytes_ + answer.body.size() > most_bytes) unkept = no_room_left;
    }
    if (unkept.empty()) {
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
  const auto of = entry.share;
  if (!entry.running() && entry.answered != Instant{}) {
    entry.count_bytes(-1);
    oldest_.erase(entry.place);
    of->second.oldest.erase(entry.place_in_share);
  }
  entries_.erase(entries_.find(entry.name));
  if (--of->second.keys == 0) shares_.erase(of);
}

void Idempotency::forget_old() {
  while (!oldest_.empty() && clock_.now() - oldest_.front()->answered >= kept_for) forget(*oldest_.front());
}

/// With the time until the oldest goes; one that still runs may end at any moment, and then stays.
Error Idempotency::no_room(const std::list<Entry*>& oldest) const {
  const auto left = oldest.empty() ? std::chrono::nanoseconds(kept_for)
                                   : oldest.front()->answered + kept_for - clock_.now();
  return {Errc::overloaded, "too many Idempotency-Keys of the last 10 minutes",
          Value{{"retry_after", std::chrono::ceil<std::chrono::seconds>(left).count()}}};
}

Idempotency::Outcome Idempotency::begin(std::string_view subject, std::string_view key, const Digest& request,
                                        HttpExchange& exchange, bool gzip_accepted) {
  forget_old();
  std::string name = std::string(subject).append(1, '\n').append(key);
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    if (const auto mine = shares_.find(subject);
        mine != shares_.end() && mine->second.keys >= most_keys / share)
      return {nullptr, nullptr, no_room(mine->second.oldest)};
    if (entries_.size() >= most_keys) return {nullptr, nullptr, no_room(oldest_)};
    const auto mine = shares_.try_emplace(std::string(subject)).first;
    ++mine->second.keys;
    auto entry = std::make_unique<Entry>(*this, mine, name, request, exchange, gzip_accepted);
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
  if (!first.unkept.empty())
    return {nullptr, nullptr,
            Error(Errc::conflict,
                  std::string("the request with this Idempotency-Key has run, but ").append(first.unkept))};
  again_ = first.again();
  return {nullptr, &again_};
}

}  // namespace p2p
