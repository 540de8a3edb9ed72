// An Endpoint's address in msgpack: 4 or 16 bytes. The port is always a number beside it. An IPv4 address
// that was mapped into IPv6 is written and read as IPv4, so that one place has one Endpoint.
#pragma once

#include <optional>
#include <string_view>

#include "gossip/msgpack.hpp"

namespace p2p::gossip {

void write_address(MsgpackWriter& out, const Endpoint& endpoint);
/// None unless `address` has 4 or 16 bytes.
[[nodiscard]] std::optional<Endpoint> make_endpoint(std::string_view address, std::uint16_t port);
/// As `make_endpoint`; what is wrong is the reader's complaint.
[[nodiscard]] Endpoint endpoint_or_refuse(MsgpackReader& in, std::string_view address, std::uint16_t port);

}  // namespace p2p::gossip
