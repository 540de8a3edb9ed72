// Idempotency: requests with an Idempotency-Key are run once (http-api.md, section 5). The first answer is
// kept for 10 minutes and given again to the same key of the same subject; another request under that key is
// a conflict, and so is one while the first still runs.
//
// No subject has more than a quarter of the room. Where its share of bytes is full, its oldest answers are
// dropped first; their keys stay, so nothing runs twice. Where its share of keys is full, it is told to wait
// until its oldest is 10 minutes old.
//
// Such a request runs to its end though its client left: whoever sends a key comes back for the answer. What
// was refused for lack of room (429, 503) is not kept: trying again is the point there.
//
// Threads: the loop's.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "net/http_server.hpp"

namespace p2p {

class Idempotency {
 public:
  static constexpr std::chrono::minutes kept_for{10};
  static constexpr std::size_t most_keys =
      40'000;  ///< one more is refused: forgetting one could run it twice
  static constexpr std::size_t most_bytes = 16 * 1024 * 1024;  ///< of answers
  static constexpr std::size_t share = 4;                      ///< one subject has at most 1 of so many parts
  static constexpr std::size_t longest_answer = 1024 * 1024;  ///< longer ones are not given again, and say so

  explicit Idempotency(const Clock& clock);
  Idempotency(const Idempotency&) = delete;
  Idempotency& operator=(const Idempotency&) = delete;
  ~Idempotency();

  struct Outcome {
    HttpExchange* run = nullptr;        ///< the request is to be run and answered here ...
    const HttpAnswer* again = nullptr;  ///< ... or this is its answer; valid until the next call ...
    Error refused{Errc::conflict, ""};  ///< ... or this, when both are null
  };
  /// `request` is all that must be equal. What is answered to `Outcome::run` is not gzipped yet: it goes to
  /// `exchange` as `gzip_accepted` says, and is kept as it is, for the next client may take no gzip.
  [[nodiscard]] Outcome begin(std::string_view subject, std::string_view key, const Digest& request,
                              HttpExchange& exchange, bool gzip_accepted);

  /// 1 to 64 visible characters of ASCII.
  [[nodiscard]] static bool is_key(std::string_view text) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  class Entry;
  /// What one subject has.
  struct Share {
    std::size_t keys = 0, bytes = 0;
    std::list<Entry*> oldest;  // those that are answered, in the order of their answers
  };
  using Shares = std::map<std::string, Share, std::less<>>;
  using Entries = std::map<std::string, std::unique_ptr<Entry>, std::less<>>;

  void forget_old();
  void forget(Entry& entry);
  [[nodiscard]] Error no_room(const std::list<Entry*>& oldest) const;

  const Clock& clock_;
  Shares shares_;  // none without a key; outlives the entries, which refer to it
  Entries entries_;
  std::list<Entry*> oldest_;  // those that are answered, in the order of their answers
  std::size_t bytes_ = 0;
  HttpAnswer again_;
};

}  // namespace p2p
