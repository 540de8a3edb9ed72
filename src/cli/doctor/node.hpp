// What doctor asks of a running node: whether it answers, which version it is, its clock, each of its ready
// checks that fails, and each service that does not run as its folder says.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "cli/doctor/report.hpp"
#include "client/p2p_client.hpp"

namespace p2p {

void check_node(P2PClient& node, DoctorReport& report);

/// `health` is the answer of GET /health; it was asked at `asked`, and took `took`.
void judge_health(const Value& health, const std::string& coord, DoctorReport& report);
void judge_clock(const Value& health, WallTime asked, std::chrono::nanoseconds took, DoctorReport& report);
/// `lines` is the answer of GET /readyz?verbose=1.
void judge_ready(const std::string& lines, DoctorReport& report);

/// `services` is the answer of GET /local/services.
void judge_services(const Value& services, DoctorReport& report);

/// "2026-11-22T05:52:35.637Z"; nothing for anything else.
[[nodiscard]] std::optional<WallTime> read_rfc3339(const std::string& text);

}  // namespace p2p
