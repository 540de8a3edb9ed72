// service.toml: what the operator says of one service, read into ServiceSettings (service-sdk.md, section 9).
//
// Nothing in it is ignored in silence. An unknown key is an error with the nearest known one; so is a known
// key that this version cannot follow: `isolation = "process"`, and what has a meaning for a process of its
// own alone (command, python, start, limits, env). The earliest error in the file is told, with its line and
// column.
//
// Threads: any. Does not: know the folder's files or the service's methods; whether `entry` and `methods.x`
// exist is judged by source_of and LiveService.
#pragma once

#include <string>
#include <string_view>

#include "framework/service_settings.hpp"
#include "hosting/or_reason.hpp"

namespace p2p {

inline constexpr std::string_view service_toml_name = "service.toml";
inline constexpr std::size_t service_toml_limit = 64 * 1024;  ///< bytes; more is no settings file

/// `folder` is the service's, for messages: "my_service/service.toml:3:5".
[[nodiscard]] OrReason<ServiceSettings> read_service_toml(const std::string& folder, std::string_view text);

}  // namespace p2p
