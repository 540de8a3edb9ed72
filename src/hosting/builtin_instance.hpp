// A service that is part of the program: the same entry as a library's, without a library.
#pragma once

#include <memory>

#include "framework/service_instance.hpp"
#include "hosting/or_reason.hpp"

namespace p2p {

/// The entry of a source that was compiled with P2P_BUILTIN. Its constructor may throw: then why.
[[nodiscard]] OrReason<std::unique_ptr<ServiceInstance>> builtin_instance(const PluginEntry& entry);

}  // namespace p2p
