#include "service_layer/delivery.hpp"

#include <array>
#include <cstdlib>

#include "net/http_head.hpp"

namespace p2p {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  const auto begin = text.find_first_not_of(" \t");
  return begin == text.npos ? std::string_view{}
                            : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Cuts off and returns what stands before the next `separator`.
std::string_view next_part(std::string_view& rest, char separator) noexcept {
  const auto end = std::min(rest.find(separator), rest.size());
  const std::string_view part = trimmed(rest.substr(0, end));
  rest = rest.substr(std::min(end + 1, rest.size()));
  return part;
}

/// The weight of a media range in thousandths: 1000 without `q=`, 0 for one that cannot be read.
int weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const std::string_view parameter = next_part(parameters, ';');
    if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=') continue;
    const std::string_view number = parameter.substr(2);  // 0.123 or 1.000
    int weight = 0;
    for (std::size_t i = 0, unit = 1000; i < number.size() && i < 5; ++i) {
      if (number[i] == '.' && i == 1) continue;
      if (number[i] < '0' || number[i] > '9') return 0;
      weight += (number[i] - '0') * static_cast<int>(unit);
      unit /= 10;
    }
    return std::min(weight, 1000);
  }
  return 1000;
}

}  // namespace

Delivery delivery_of(std::string_view accept) noexcept {
  std::array<int, 3> best{};
  while (!accept.empty()) {
    std::string_view range = next_part(accept, ',');
    const std::string_view type = next_part(range, ';');
    Delivery asked = Delivery::whole;
    if (same_ignoring_case(type, "application/x-ndjson"))
      asked = Delivery::lines;
    else if (same_ignoring_case(type, "text/event-stream"))
      asked = Delivery::events;
    int& place = best[static_cast<std::size_t>(asked)];
    place = std::max(place, weight_of(range));
  }
  const auto [whole, lines, events] = best;
  if (lines > whole && lines >= events) return Delivery::lines;
  return events > whole ? Delivery::events : Delivery::whole;
}

std::string_view content_type_of(Delivery delivery) noexcept {
  switch (delivery) {
    case Delivery::whole: return "application/json";
    case Delivery::lines: return "application/x-ndjson";
    case Delivery::events: return "text/event-stream";
  }
  return {};
}

void begin_piece(Delivery delivery, std::string_view name, std::string& out) {
  if (delivery == Delivery::events) out.append("event: ").append(name).append("\ndata: ");
}

void end_piece(Delivery delivery, std::string& out) { out += delivery == Delivery::events ? "\n\n" : "\n"; }

}  // namespace p2p
