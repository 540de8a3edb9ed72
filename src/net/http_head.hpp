// HttpHead: the head of one request, read and judged, as views into the bytes it was read from.
//
// Lifetime: as long as those bytes; `rebase` follows them when their buffer moves.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace p2p {

struct HttpField {
  std::string_view name, value;  ///< the value without the white space around it
};

/// Why a request is not one. Both texts are constants.
struct HttpRefusal {
  Errc code = Errc::invalid_request;
  std::string_view detail;
};

struct HttpHead {
  std::string_view method, target;
  std::string_view path, query;  ///< of the target: "/a?b=c" is "/a" and "b=c"
  std::vector<HttpField> fields;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool http_1_0 = false;
  bool keep_alive = true;         ///< what the client asked for by version and Connection
  bool expects_continue = false;  ///< the client waits for 100 before it sends the body

  /// Forgets the request but keeps the memory of `fields`.
  void clear();
  /// The bytes that began at `from` begin at `to` now.
  void rebase(const char* from, const char* to);
};

/// Whether both are the same in ASCII, whatever the case.
[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace p2p
