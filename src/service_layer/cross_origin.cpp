#include "service_layer/cross_origin.hpp"

namespace p2p {

CrossOrigin::CrossOrigin(const std::vector<std::string>& allowed) {
  for (const std::string& origin : allowed)
    allowed_.push_back(
        {origin, "Access-Control-Allow-Origin: " + origin +
                     "\r\nVary: Origin\r\nAccess-Control-Expose-Headers: X-Trace-Id, X-P2P-Node, "
                     "X-P2P-Path, Retry-After, WWW-Authenticate\r\n"});
}

std::string_view CrossOrigin::lines_for(std::string_view origin) const noexcept {
  for (const Allowed& one : allowed_)
    if (one.origin == origin) return one.lines;
  return {};
}

}  // namespace p2p
