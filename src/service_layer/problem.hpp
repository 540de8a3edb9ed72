// Problems: an Error as the world sees it. Outside RPC, and for what is decided before a body is read, it is
// a problem (RFC 9457); in an RPC envelope it is an error object whose `data` is the same.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/call.hpp"

namespace p2p {

/// {"type", "title", "status", "detail", "instance", "code", "rpc_code", "trace_id", ...} with what the
/// error's detail holds besides (`hint`, `errors`, `retry_after`, ...).
[[nodiscard]] Value problem(const Error& error, std::string_view instance, const TraceId& trace);

/// {"code": -32602, "message": "...", "data": problem}: never with an empty message.
[[nodiscard]] Value error_object(const Error& error, std::string_view instance, const TraceId& trace);

/// Header lines that belong to the error: Retry-After, WWW-Authenticate, Allow.
void append_error_headers(const Error& error, std::string& headers);

/// "X-Trace-Id: ...\r\n"
void append_trace_header(const TraceId& trace, std::string& headers);

}  // namespace p2p
