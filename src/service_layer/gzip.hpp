// Gzip: answers made smaller for clients that ask for it (RFC 9110, section 12.5.3).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/http_server.hpp"

namespace p2p {

/// Smaller ones gain nothing; larger ones would hold up the loop (1 MiB takes it about 8 ms).
inline constexpr std::size_t least_gzipped = 4 * 1024, most_gzipped = 1024 * 1024;

/// Whether Accept-Encoding lets gzip be used.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding) noexcept;

/// `body` in the gzip format, or nothing when that fails or saves nothing.
[[nodiscard]] std::string gzip(std::string_view body);

/// Gives `exchange` the answer, made smaller if the client takes that (`accepted`) and it is worth it.
void respond_gzipped(HttpExchange& exchange, bool accepted, HttpAnswer answer);

}  // namespace p2p
