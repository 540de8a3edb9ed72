// CallRequest: one call as it crosses folders: what, with which parameters, for whom, until when, under which
// trace.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <p2p/value.hpp>

#include "model/caller.hpp"
#include "model/method_path.hpp"

namespace p2p {

/// W3C Trace Context: 16 bytes of trace id, most significant word first.
using TraceId = std::array<std::uint64_t, 2>;
[[nodiscard]] std::string trace_text(const TraceId& trace);  ///< 32 hexadecimal digits

struct CallRequest {
  MethodPath path;  ///< views: copy the text if the request must outlive it
  Value params;     ///< an object by name, or an array in the declared order; null = none
  CallerPtr caller;
  TraceId trace{};
  std::uint64_t span = 0;       ///< the step of the trace on this node; 0: none
  std::int64_t timeout_ns = 0;  ///< what the caller allows; 0 = what the method says
  std::uint8_t depth = 0;       ///< calls above this one, counted across nodes
};

}  // namespace p2p
