#include "gossip/msgpack_endpoint.hpp"

#include <algorithm>

namespace p2p::gossip {

void write_address(MsgpackWriter& out, const Endpoint& endpoint) {
  const Endpoint plain = endpoint.unmapped();
  out.raw({reinterpret_cast<const char*>(plain.address.data()), plain.v6 ? 16U : 4U});
}

std::optional<Endpoint> make_endpoint(std::string_view address, std::uint16_t port) {
  if (address.size() != 4 && address.size() != 16) return std::nullopt;
  Endpoint endpoint;
  endpoint.port = port;
  endpoint.v6 = address.size() == 16;
  std::ranges::transform(address, endpoint.address.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return endpoint.unmapped();
}

Endpoint endpoint_or_refuse(MsgpackReader& in, std::string_view address, std::uint16_t port) {
  const auto endpoint = make_endpoint(address, port);
  if (!endpoint) in.refuse("an address has neither 4 nor 16 bytes");
  return endpoint.value_or(Endpoint{});
}

}  // namespace p2p::gossip
