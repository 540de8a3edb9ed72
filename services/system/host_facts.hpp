// HostFacts: what a machine is called and what runs on it. Read anew for each answer, on the pool: a host may
// be renamed.
#pragma once

#include <string>
#include <string_view>

#include <system/api.hpp>

namespace system_service {

/// PRETTY_NAME of the text of os-release, without quotes; "Linux" when there is none.
[[nodiscard]] std::string pretty_name(std::string_view os_release);

/// hostname, platform, architecture, kernel, os, network_interfaces.
[[nodiscard]] SystemInfo read_host_facts();

}  // namespace system_service
