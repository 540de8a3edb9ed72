// The grammar of a request's head (RFC 9112, sections 3 and 5), strict: one blank where one blank is due,
// tokens that are tokens, no control characters. Of net's own use: http_head_rules.hpp is the door.
//
// Written by hand since it runs for every request: Beast's parser takes 0.3 us for a usual head, this a
// quarter of it. The tests and the fuzzer hold the two against each other: what is accepted here Beast
// accepts, with the same meaning.
#pragma once

#include <optional>
#include <string_view>

#include "net/http_head.hpp"

namespace p2p {

/// Fills method, target, version, fields and keep_alive. `bytes` is one complete head with its blank line,
/// and each of its lines ends with CRLF (HttpHeadScan has seen to it).
[[nodiscard]] std::optional<HttpRefusal> parse_head_grammar(std::string_view bytes, HttpHead& head);

}  // namespace p2p
