// CallStats: how often each method was called here, with which outcome, and how long it took.
//
// One per loop, so counting is an addition and needs no atomics; whoever shows the figures runs on that loop
// or adds up several. A method keeps its figures over reloads, under its name.
//
// Threads: the loop's.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <p2p/error.hpp>

namespace p2p {

class CallStats {
 public:
  using MethodId = std::uint32_t;

  /// Upper bounds of the histogram, 1 us to 10 s in steps of about 1-2.5-5.
  static constexpr std::array<std::int64_t, 22> bounds_ns = {
      1'000,         2'500,         5'000,         10'000,        25'000,      50'000,
      100'000,       250'000,       500'000,       1'000'000,     2'500'000,   5'000'000,
      10'000'000,    25'000'000,    50'000'000,    100'000'000,   250'000'000, 500'000'000,
      1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};
  static constexpr std::size_t outcomes =
      1 + static_cast<std::size_t>(Errc::audit_unavailable) + 1;  // ok, then Errc

  struct Method {
    std::string service, method;
    std::uint64_t started = 0, ended = 0, timed = 0;
    std::int64_t sum_ns = 0;
    std::array<std::uint64_t, outcomes> by_outcome{};               ///< 0 = ok, else 1 + Errc
    std::array<std::uint64_t, bounds_ns.size() + 1> by_duration{};  ///< of the timed ones
    [[nodiscard]] std::uint64_t running() const { return started - ended; }
  };

  /// The id of a method's figures; the same one each time.
  [[nodiscard]] MethodId id_of(std::string_view service, std::string_view method);
  /// Figures of calls to what does not exist: service "_unknown", method "_unknown".
  [[nodiscard]] MethodId unknown() const noexcept { return 0; }

  /// A local call is counted always and timed one time in 64 (two clock readings are half of its cost). True:
  /// read the clock and give `end` the time.
  [[nodiscard]] bool begin(MethodId id) noexcept {
    ++totals_started_;
    return (methods_[id]->started++ & 63) == 0;
  }
  void end_ok(MethodId id) noexcept {
    ++totals_ok_;
    ++methods_[id]->ended;
    ++methods_[id]->by_outcome[0];
  }
  void end_failed(MethodId id, Errc code) noexcept;
  void time(MethodId id, std::int64_t duration_ns) noexcept;
  /// Nobody waits for it any more, it runs on; its end will come.
  void abandoned(Errc why) noexcept { ++abandoned_[why == Errc::timeout ? 1 : 0]; }
  /// A call refused before it ran (unknown, forbidden, overloaded).
  void refused(MethodId id, Errc code) noexcept {
    (void)begin(id);
    end_failed(id, code);
  }

  [[nodiscard]] const std::vector<std::unique_ptr<Method>>& methods() const noexcept { return methods_; }
  [[nodiscard]] std::uint64_t started() const noexcept { return totals_started_; }
  [[nodiscard]] std::uint64_t succeeded() const noexcept { return totals_ok_; }
  [[nodiscard]] std::uint64_t ended() const noexcept { return totals_ok_ + totals_failed_; }
  [[nodiscard]] std::uint64_t running() const noexcept { return totals_started_ - ended(); }
  [[nodiscard]] std::uint64_t abandoned_by_caller() const noexcept { return abandoned_[0]; }
  [[nodiscard]] std::uint64_t abandoned_by_deadline() const noexcept { return abandoned_[1]; }
  /// Mean of the timed calls, in nanoseconds; 0 before the first.
  [[nodiscard]] double mean_ns() const noexcept;

  CallStats();

 private:
  std::vector<std::unique_ptr<Method>> methods_;
  std::map<std::pair<std::string, std::string>, MethodId, std::less<>> ids_;
  std::uint64_t totals_started_ = 0, totals_ok_ = 0, totals_failed_ = 0;
  std::uint64_t abandoned_[2] = {0, 0};
};

}  // namespace p2p
