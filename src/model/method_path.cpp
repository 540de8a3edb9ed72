#include "model/method_path.hpp"

#include <algorithm>
#include <array>

namespace p2p {
namespace {

constexpr std::size_t longest_name = 64;

// Where a byte may stand in a name.
enum Place : unsigned char { service_first = 1, service_rest = 2, method_first = 4, method_rest = 8 };

constexpr auto places = [] {
  std::array<unsigned char, 256> table{};
  for (std::size_t c = 'a'; c <= 'z'; ++c)
    table[c] = service_first | service_rest | method_first | method_rest;
  for (std::size_t c = 'A'; c <= 'Z'; ++c) table[c] = method_first | method_rest;
  for (std::size_t c = '0'; c <= '9'; ++c) table[c] = service_rest | method_rest;
  table['_'] = service_rest | method_rest;
  table['-'] = service_rest;
  return table;
}();

bool is_name(std::string_view name, Place first, Place rest) noexcept {
  const auto may = [](char c, Place place) { return (places[static_cast<unsigned char>(c)] & place) != 0; };
  return !name.empty() && name.size() <= longest_name && may(name[0], first) &&
         std::ranges::all_of(name.substr(1), [&](char c) { return may(c, rest); });
}

}  // namespace

bool is_service_name(std::string_view name) noexcept { return is_name(name, service_first, service_rest); }
bool is_method_name(std::string_view name) noexcept { return is_name(name, method_first, method_rest); }

std::string MethodPath::text() const {
  std::string all;
  all.reserve(service.size() + 1 + method.size());
  return all.append(service).append(1, '/').append(method);
}

Result<MethodPath> MethodPath::parse(std::string_view text) {
  const std::size_t mark = text.find_first_of("/.");
  if (mark != std::string_view::npos) {
    const MethodPath path{text.substr(0, mark), text.substr(mark + 1)};
    if (is_service_name(path.service) && is_method_name(path.method)) return path;
  }
  return fail(Errc::invalid_request, "'" + std::string(text.substr(0, 2 * longest_name)) +
                                         "' is no method: write service/method or service.method");
}

}  // namespace p2p
