// message_size: how many bytes a message has on the wire, reckoned from its fields. For simulations that do
// not encode.
#pragma once

#include <cstddef>

#include "gossip/message.hpp"

namespace p2p::gossip {

[[nodiscard]] std::size_t message_size(const Message& message);

}  // namespace p2p::gossip
