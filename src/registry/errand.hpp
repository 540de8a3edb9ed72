// Errand: a call that a service makes on a side loop to a method that only the home loop may run. It goes
// there, runs as a call of its own under the asker's identity, trace and deadline, and comes back with the
// answer: two posts. The asking coroutine waits where it is, and resumes there.
//
// Of a stream the items come in batches, each when the reader has taken the one before: the method waits as
// it would for a slow reader beside it.
//
// Threads:  what stands under "asker" on that loop, what stands under "home" on the home loop.
// Lifetime: shared by both ends; the last one lets it go.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <p2p/task.hpp>

#include "registry/call_record.hpp"

namespace p2p {

class Errand final : public std::enable_shared_from_this<Errand>, private detail::Completion {
 public:
  static constexpr std::size_t most_items = 64;  ///< of a stream in one batch

  /// Asker: takes the arguments out of the call that `record` stands for. After `deadline_ns` it does not
  /// begin.
  Errand(CallRunner& asker, CallRunner& home, CallRecord& record, std::int64_t deadline_ns);
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;
  ~Errand();

  // Asker.
  void send();
  /// Nobody waits any more: the record may serve another call, and the method is asked to stop.
  void leave(Stop why);
  /// Of a stream: an item, or the end of it.
  [[nodiscard]] bool has_news() const noexcept { return !items_.empty() || over_; }
  /// True with the next item; false at the end, with the error if there is one.
  [[nodiscard]] bool take(Value& item, std::optional<Error>& error);
  /// The reader found nothing: it is told when there is something.
  void demand();
  [[nodiscard]] std::string path() const { return service_ + '/' + method_; }

 private:
  class Demand;
  struct News {
    std::vector<Value> items;
    bool over = true;
    std::optional<Error> error;
  };
  void run();
  Task<> ask();
  Task<> read();
  void go_on();
  void stop(Stop why);
  static void ended(detail::Completion* completion) noexcept;
  void tell(News news);
  void told(News news);

  CallRunner& asker_;
  CallRunner& home_;
  const std::string service_, method_;
  const std::int64_t deadline_ns_;
  std::atomic<bool> left_{false};  // what has not begun does not

  // Asker.
  CallRecord* record_;  // null once nobody waits
  std::deque<Value> items_;
  std::optional<Error> error_;
  bool over_ = false, asked_ = true;

  // Home.
  CallRecord outer_;  // stands for the asker's call: identity, trace, what it waits for
  detail::PendingCall pending_;
  Task<> task_;
  std::vector<Value> batch_;
  std::coroutine_handle<> idle_;  // the task, while the reader has enough
  std::shared_ptr<Errand> keep_;  // while it is at home
};

}  // namespace p2p
