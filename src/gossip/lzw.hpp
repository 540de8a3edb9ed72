// LZW as GIF has it (docs/protocol/gossip.md, section 4.2): how memberlist compresses. Agents always accept
// what is not compressed, so this node only has to read it; the encoder gives an agent's bytes exactly and
// serves tests and tools.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "gossip/node_info.hpp"

namespace p2p::gossip {

/// too_large above `limit` bytes, before they are made: 1 KB can stand for megabytes.
[[nodiscard]] Result<Bytes> lzw_decode(std::string_view packed, std::size_t limit);
[[nodiscard]] Bytes lzw_encode(std::string_view bytes);

}  // namespace p2p::gossip
