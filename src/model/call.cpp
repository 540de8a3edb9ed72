#include "model/call.hpp"

#include <fmt/format.h>

namespace p2p {

std::string trace_text(const TraceId& trace) { return fmt::format("{:016x}{:016x}", trace[0], trace[1]); }

}  // namespace p2p
