#include "auth/bearer.hpp"

#include <algorithm>

namespace p2p {

Result<std::string_view> bearer_token(std::string_view header) {
  constexpr std::string_view scheme = "bearer ";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  if (header.size() < scheme.size() || !std::ranges::equal(header.substr(0, scheme.size()), scheme, same)) {
    return fail(Errc::unauthenticated, "Authorization is not a bearer token");
  }
  header.remove_prefix(scheme.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  if (header.empty()) return fail(Errc::unauthenticated, "Authorization holds no token");
  return header;
}

}  // namespace p2p
