// CallStream: the middle of a stream, between the method that yields and whoever reads: a service, item by
// item; a request from outside, which takes items as its socket takes bytes; or nobody, and then the items
// are collected into one array.
//
// The items themselves wait in the method's own coroutine, in its own types: at most 64, then the method
// waits too and goes on when half of them are taken. A method that yields without a pause gives the loop back
// after a slice of time. Reader and method wake each other from the top of the loop, once for many items.
//
// Threads: one loop's. Lifetime: the record's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <p2p/error.hpp>
#include <p2p/stream.hpp>

#include "base/executor.hpp"

namespace p2p {

class CallRunner;
struct CallRecord;

class CallStream final : public detail::StreamPeer {
 public:
  static constexpr std::size_t most_ahead = 64;  ///< items in memory for each stream that is read slowly
  static constexpr std::size_t go_on = 32;
  static constexpr std::chrono::milliseconds slice{10};            ///< without a pause; others wait so long
  static constexpr std::size_t most_collected = 16 * 1024 * 1024;  ///< bytes of JSON; memory of one call

  CallStream(CallRunner& runner, CallRecord& record, bool collects);
  ~CallStream();

  bool yielded(detail::Waiting& yield) override;
  void forget(detail::Waiting& yield) noexcept override;
  /// The method is at its end. True: its items are yet to be read.
  [[nodiscard]] bool method_ended();

  [[nodiscard]] bool has_item() const noexcept;
  [[nodiscard]] bool has_ended() const noexcept { return ended_; }
  /// The reader found nothing: it is told when there is something.
  void wait_for_item() noexcept { reader_waits_ = true; }
  /// The reader took an item.
  void taken();
  /// Nobody reads any more.
  void abandon();
  /// What becomes of a call without a reader: its array, or why there is none.
  void finish(Value& result, std::optional<Error>& failure);

 private:
  void collect();
  bool wait(detail::Waiting& yield);
  void resume_method_soon();
  void resume_method();
  void tell_reader();
  void wake_reader();
  [[nodiscard]] detail::StreamPromiseBase& promise() const noexcept;

  CallRunner& runner_;
  CallRecord& record_;
  bool collects_, ended_ = false, reader_waits_ = false;
  detail::Waiting* yield_ = nullptr;  // where the method waits
  Executor::TimerId method_timer_ = 0, reader_timer_ = 0;
  Instant slice_end_;
  Value items_;
  std::size_t size_ = 0;
  std::optional<Error> failure_;
};

}  // namespace p2p
