// The grammar of a request's head, by Beast's parser. Of net's own use: http_head_rules.hpp is the door.
#pragma once

#include <optional>
#include <string_view>

#include "net/http_head.hpp"

namespace p2p {

/// Fills method, target, version, fields and keep_alive. `bytes` is one complete head with its blank line.
[[nodiscard]] std::optional<HttpRefusal> parse_head_grammar(std::string_view bytes, HttpHead& head);

}  // namespace p2p
