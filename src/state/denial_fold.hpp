// DenialFold: of refused requests, one record a second for each address and reason, with a count. So nobody
// buys disk writes by being refused, and the log still says how often.
//
// The first denial is a record at once; those that follow within its second are counted and come out of `due`
// as one record. Pure: time is passed in.
//
// Invariant: at most `keys` addresses and reasons are held; beyond that denials of all others are one address
// "others".
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "state/audit_record.hpp"

namespace p2p {

class DenialFold {
 public:
  static constexpr std::chrono::seconds window{1};
  static constexpr std::size_t keys = 1024;  ///< about 0.5 KiB each

  /// The record to write now, or none when it was counted. `denial.outcome` is the reason.
  [[nodiscard]] std::optional<AuditRecord> add(AuditRecord denial, Instant now);

  /// The records of the seconds that are over by `now`.
  [[nodiscard]] std::vector<AuditRecord> due(Instant now);
  /// All that is held, whatever the time: at the end of the program.
  [[nodiscard]] std::vector<AuditRecord> flush();

  /// Whether `due` will have something to say sooner or later.
  [[nodiscard]] bool holds() const noexcept { return !open_.empty(); }

 private:
  using Key = std::pair<std::string, std::string>;  // address, reason
  struct Window {
    Instant end;
    AuditRecord last;         // what the record will say
    std::uint64_t count = 0;  // folded so far
  };

  [[nodiscard]] static AuditRecord take(Window& open);

  std::map<Key, Window> open_;
};

}  // namespace p2p
