// What doctor asks of a running node: whether it answers, which version it is, its clock, and each of its
// ready checks that fails.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "cli/doctor/report.hpp"
#include "net/loop.hpp"

namespace p2p {

/// `coord` is "host:port", as it was given.
void check_node(Loop& loop, const std::string& coord, std::chrono::milliseconds patience,
                DoctorReport& report);

/// `health` is the answer of GET /health; it was asked at `asked`, and took `took`.
void judge_health(const Value& health, const std::string& coord, DoctorReport& report);
void judge_clock(const Value& health, WallTime asked, std::chrono::nanoseconds took, DoctorReport& report);
/// `lines` is the answer of GET /readyz?verbose=1.
void judge_ready(const std::string& lines, DoctorReport& report);

/// "2026-11-22T05:52:35.637Z"; nothing for anything else.
[[nodiscard]] std::optional<WallTime> read_rfc3339(const std::string& text);

}  // namespace p2p
