// MethodPath: the name of a method, `service/method`. `service.method` is read as well and means the same.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace p2p {

/// Services match [a-z][a-z0-9_-]{0,63}, methods [A-Za-z][A-Za-z0-9_]{0,63} (http-api.md, section 1).
[[nodiscard]] bool is_service_name(std::string_view name) noexcept;
[[nodiscard]] bool is_method_name(std::string_view name) noexcept;

/// A path as views into somebody's text: cheap enough for every request.
struct MethodPath {
  std::string_view service;
  std::string_view method;

  [[nodiscard]] std::string text() const;
  friend bool operator==(const MethodPath&, const MethodPath&) = default;

  /// "service/method" or "service.method"; invalid_request for anything else.
  [[nodiscard]] static Result<MethodPath> parse(std::string_view text);
};

}  // namespace p2p
