// What the texts among the settings must look like. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace p2p {

[[nodiscard]] bool is_ip_address(std::string_view text);
[[nodiscard]] bool is_node_address(std::string_view text);   ///< "name:8001", or "name"
[[nodiscard]] bool is_advertised(std::string_view text);     ///< "name" or "name:8001", or empty
[[nodiscard]] bool is_origin(std::string_view text);         ///< "https://admin.example:8443"
[[nodiscard]] bool is_named_path(std::string_view text);     ///< not empty, no control character
[[nodiscard]] bool is_optional_path(std::string_view text);  ///< or empty
[[nodiscard]] bool is_unit_glob(std::string_view text);      ///< "nginx*.service"

/// redis://[user:password@]host[:port][/db], rediss://..., unix://[user:password@]/path, or empty.
[[nodiscard]] bool is_redis_url(std::string_view text);
/// The URL with *** for its password.
[[nodiscard]] std::string without_password(std::string_view url);

/// The beginning of a text that may be of any length.
[[nodiscard]] std::string shortened(std::string_view text);

/// "(set, 43 characters)"
[[nodiscard]] std::string masked(const Secret& secret);

/// At most 16 tags and 512 bytes; keys are words, values have no control characters. The error names the tag.
[[nodiscard]] Result<void> check_tags(const std::map<std::string, std::string>& tags);

}  // namespace p2p
