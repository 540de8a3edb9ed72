// CallStats: how often each method was called here, with which outcome, and how long it took.
//
// A CallTable has a row for each method and a column for each loop; CallStats is a loop's column. So counting
// is an addition and needs no atomic read-modify-write, and whoever shows the figures adds the columns up. A
// method keeps its figures over reloads, under its name.
//
// Threads: a CallStats is its loop's; rows are added and looked at by the main loop. A row exists before a
// method that counts in it is published.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <p2p/error.hpp>

#include "base/tally.hpp"

namespace p2p {

class CallTable;

class CallStats {
 public:
  /// Upper bounds of the histogram, 1 us to 10 s in steps of about 1-2.5-5.
  static constexpr std::array<std::int64_t, 22> bounds_ns = {
      1'000,         2'500,         5'000,         10'000,        25'000,      50'000,
      100'000,       250'000,       500'000,       1'000'000,     2'500'000,   5'000'000,
      10'000'000,    25'000'000,    50'000'000,    100'000'000,   250'000'000, 500'000'000,
      1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};
  static constexpr std::size_t outcomes =
      1 + static_cast<std::size_t>(Errc::audit_unavailable) + 1;  // ok, then Errc

  /// The figures of a method on one loop, or of all loops together.
  struct alignas(64) Method {
    std::string service, method;
    Tally started, ended, timed, sum_ns;
    std::array<Tally, outcomes> by_outcome{};               ///< 0 = ok, else 1 + Errc
    std::array<Tally, bounds_ns.size() + 1> by_duration{};  ///< of the timed ones
    [[nodiscard]] std::uint64_t running() const { return started > ended ? started - ended : 0; }
    /// The time that `share` (0 to 1) of the timed calls took at most, estimated within its bucket; 0 before
    /// the first. What is above the last bound counts as the bound.
    [[nodiscard]] double quantile_ns(double share) const;
    void add(const Method& other);
  };
  /// A method's figures on the first loop; those of the others stand behind it.
  using MethodId = Method*;

  /// The id of a method's figures; the same one each time, and on every loop. The main loop's to ask.
  [[nodiscard]] MethodId id_of(std::string_view service, std::string_view method);
  /// Figures of calls to what does not exist: service "_unknown", method "_unknown".
  [[nodiscard]] MethodId unknown() const noexcept { return unknown_; }

  /// A local call is counted always and timed one time in 64 (two clock readings are half of its cost). True:
  /// read the clock and give `end` the time.
  [[nodiscard]] bool begin(MethodId id) noexcept {
    ++totals_.started;
    Method& figures = id[loop_];
    const std::uint64_t before = figures.started;
    figures.started.set(before + 1);
    return (before & 63) == 0;
  }
  void end_ok(MethodId id) noexcept {
    ++totals_.ok;
    ++id[loop_].ended;
    ++id[loop_].by_outcome[0];
  }
  void end_failed(MethodId id, Errc code) noexcept;
  void time(MethodId id, std::int64_t duration_ns) noexcept;
  /// Nobody waits for it any more, it runs on; its end will come.
  void abandoned(Errc why) noexcept { ++(why == Errc::timeout ? totals_.left_by_deadline : totals_.left); }
  /// A call refused before it ran (unknown, forbidden, overloaded).
  void refused(MethodId id, Errc code) noexcept {
    (void)begin(id);
    end_failed(id, code);
  }

  /// Of this loop. Any thread may ask; another's answer may be a moment old.
  [[nodiscard]] std::uint64_t started() const noexcept { return totals_.started; }
  [[nodiscard]] std::uint64_t succeeded() const noexcept { return totals_.ok; }
  [[nodiscard]] std::uint64_t ended() const noexcept { return totals_.ok + totals_.failed; }
  [[nodiscard]] std::uint64_t running() const noexcept {
    const std::uint64_t over = ended();  // first: a call that begins meanwhile must not look like less than 0
    const std::uint64_t begun = totals_.started;
    return begun > over ? begun - over : 0;
  }
  [[nodiscard]] std::uint64_t abandoned_by_caller() const noexcept { return totals_.left; }
  [[nodiscard]] std::uint64_t abandoned_by_deadline() const noexcept { return totals_.left_by_deadline; }

  /// All loops together.
  [[nodiscard]] const CallTable& table() const noexcept { return table_; }

 private:
  friend class CallTable;
  CallStats(CallTable& table, unsigned loop, MethodId unknown)
      : table_(table), loop_(loop), unknown_(unknown) {}

  struct alignas(64) Totals {
    Tally started, ok, failed, left, left_by_deadline;
  };
  CallTable& table_;
  const unsigned loop_;
  const MethodId unknown_;
  Totals totals_;
};

class CallTable {
 public:
  explicit CallTable(unsigned loops = 1);
  CallTable(const CallTable&) = delete;
  CallTable& operator=(const CallTable&) = delete;
  ~CallTable();

  [[nodiscard]] CallStats& loop(unsigned number) noexcept { return *loops_[number]; }
  [[nodiscard]] unsigned loops() const noexcept { return static_cast<unsigned>(loops_.size()); }
  [[nodiscard]] CallStats::MethodId id_of(std::string_view service, std::string_view method);

  /// What is below adds the loops up.
  [[nodiscard]] CallStats::Method sum(CallStats::MethodId id) const;
  /// Of every method, in the order of their first mention.
  [[nodiscard]] std::vector<CallStats::Method> methods() const;
  [[nodiscard]] std::uint64_t started() const noexcept { return sum(&CallStats::started); }
  [[nodiscard]] std::uint64_t succeeded() const noexcept { return sum(&CallStats::succeeded); }
  [[nodiscard]] std::uint64_t ended() const noexcept { return sum(&CallStats::ended); }
  [[nodiscard]] std::uint64_t running() const noexcept { return sum(&CallStats::running); }
  [[nodiscard]] std::uint64_t abandoned_by_caller() const noexcept {
    return sum(&CallStats::abandoned_by_caller);
  }
  [[nodiscard]] std::uint64_t abandoned_by_deadline() const noexcept {
    return sum(&CallStats::abandoned_by_deadline);
  }
  /// Mean of the timed calls, in nanoseconds; 0 before the first.
  [[nodiscard]] double mean_ns() const;

 private:
  [[nodiscard]] std::uint64_t sum(std::uint64_t (CallStats::*figure)() const noexcept) const noexcept;

  const unsigned columns_;
  std::vector<std::unique_ptr<CallStats::Method[]>> rows_;
  std::map<std::pair<std::string, std::string>, CallStats::MethodId, std::less<>> ids_;
  std::vector<std::unique_ptr<CallStats>> loops_;
};

}  // namespace p2p
