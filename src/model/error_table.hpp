// The one error table (http-api.md, section 4.1). HTTP, RPC, the command line, /errors/{name} and the tests
// all read it here.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include <p2p/error.hpp>

namespace p2p {

struct ErrorEntry {
  Errc code;
  std::string_view name;   ///< "method_not_found"
  std::string_view title;  ///< "Method not found"
  int rpc_code;            ///< JSON-RPC; 0 for errors of HTTP only
  int http_status;
  int exit_code;             ///< of the command line
  bool retry;                ///< whether the same request may succeed later: the answer has Retry-After
  std::string_view meaning;  ///< for people: what it means
  std::string_view repair;   ///< and what to do
};

[[nodiscard]] const ErrorEntry& error_entry(Errc code) noexcept;
[[nodiscard]] std::optional<Errc> errc_of_name(std::string_view name) noexcept;
[[nodiscard]] std::span<const ErrorEntry> error_table() noexcept;

}  // namespace p2p
