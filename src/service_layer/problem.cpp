#include "service_layer/problem.hpp"

#include <algorithm>
#include <cmath>

#include "model/error_table.hpp"

namespace p2p {
namespace {

/// A value in a header: no quotes, no control characters, so that it cannot end early.
std::string header_text(std::string_view text) {
  std::string safe;
  for (const char c : text.substr(0, 200)) safe += c < 0x20 || c > 0x7e || c == '"' || c == '\\' ? '\'' : c;
  return safe;
}

}  // namespace

Value problem(const Error& error, std::string_view instance, const TraceId& trace) {
  const ErrorEntry& entry = error_entry(error.code());
  Value body{{"type", "/errors/" + std::string(entry.name)},
             {"title", entry.title},
             {"status", entry.http_status},
             {"detail", error.message().empty() ? std::string(entry.title) : error.message()},
             {"instance", instance},
             {"code", entry.name}};
  if (entry.rpc_code != 0) body.set("rpc_code", entry.rpc_code);
  body.set("trace_id", trace_text(trace));
  if (error.detail().is_object())
    for (const Member& member : error.detail().as_object())
      if (body.find(member.first) == nullptr && member.first != "pointer" && member.first != "allow")
        body.set(member.first, member.second);
  return body;
}

Value error_object(const Error& error, std::string_view instance, const TraceId& trace) {
  const ErrorEntry& entry = error_entry(error.code());
  std::string message = error.message();
  if (error.code() == Errc::invalid_params) message = std::string(entry.title) + ": " + message;
  if (message.empty()) message = entry.title;
  return Value{{"code", entry.rpc_code != 0 ? entry.rpc_code : error_entry(Errc::internal).rpc_code},
               {"message", std::move(message)},
               {"data", problem(error, instance, trace)}};
}

void append_error_headers(const Error& error, std::string& headers) {
  const ErrorEntry& entry = error_entry(error.code());
  if (error.code() == Errc::unauthenticated) {
    headers += "WWW-Authenticate: Bearer realm=\"p2p_admin\"";
    if (error.detail()["token_given"].kind() == Value::Kind::boolean)
      headers += ", error=\"invalid_token\", error_description=\"" + header_text(error.message()) + '"';
    headers += "\r\n";
  }
  const Value& after = error.detail()["retry_after"];
  const bool number = after.kind() == Value::Kind::integer || after.kind() == Value::Kind::real;
  if (entry.http_status == 429 || entry.http_status == 503 || (entry.http_status == 409 && number)) {
    const double seconds = number ? std::clamp(std::ceil(after.as_double()), 1.0, 3600.0) : 1.0;
    headers += "Retry-After: " + std::to_string(static_cast<int>(seconds)) + "\r\n";
  }
  if (const Value& allow = error.detail()["allow"]; allow.is_string())
    headers += "Allow: " + allow.as_string() + "\r\n";
}

void append_trace_header(const TraceId& trace, std::string& headers) {
  static constexpr char digits[] = "0123456789abcdef";
  char line[] = "X-Trace-Id: 00000000000000000000000000000000\r\n";
  char* at = line + 12;
  for (const std::uint64_t word : trace)
    for (int shift = 60; shift >= 0; shift -= 4) *at++ = digits[word >> shift & 15];
  headers.append(line, sizeof line - 1);
}

}  // namespace p2p
