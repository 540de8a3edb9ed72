#include "service_layer/trace_context.hpp"

namespace p2p {
namespace {

std::optional<std::uint64_t> read_hex(std::string_view digits) noexcept {
  std::uint64_t number = 0;
  for (const char c : digits) {
    unsigned digit = 16;
    if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a' + 10);
    if (digit == 16) return std::nullopt;
    number = number << 4 | digit;
  }
  return number;
}

}  // namespace

std::optional<TraceId> read_traceparent(std::string_view header) noexcept {
  if (header.size() < 55 || header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
  const auto version = read_hex(header.substr(0, 2));
  if (!version || *version == 0xff || (*version == 0 && header.size() != 55)) return std::nullopt;
  const auto high = read_hex(header.substr(3, 16)), low = read_hex(header.substr(19, 16));
  const auto span = read_hex(header.substr(36, 16)), flags = read_hex(header.substr(53, 2));
  if (!high || !low || !span || !flags || (*high == 0 && *low == 0) || *span == 0) return std::nullopt;
  return TraceId{*high, *low};
}

}  // namespace p2p
