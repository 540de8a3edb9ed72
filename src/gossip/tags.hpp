// Tags: what a node says of itself to all, as the bytes of NodeInfo's meta (docs/protocol/gossip.md, section
// 10.2): 0xFF and a map of texts. Meta that begins otherwise is old: all of it is the tag `role`.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "gossip/node_info.hpp"

namespace p2p::gossip {

using Tags = std::map<std::string, std::string, std::less<>>;

/// too_large above the 512 bytes that meta may have.
[[nodiscard]] Result<Bytes> encode_tags(const Tags& tags);
[[nodiscard]] Result<Tags> decode_tags(std::string_view meta);

}  // namespace p2p::gossip
