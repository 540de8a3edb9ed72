// A service's library in this process: loaded, checked, and let go again.
//
// Loading runs the library's static initializers; that cannot be avoided. Whoever may write to the services
// folder is trusted with it (folder_check.hpp).
//
// Threads: the main loop's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "framework/service_instance.hpp"
#include "hosting/or_reason.hpp"

namespace p2p {

/// The bytes are a whole library for this machine, as its own tables tell. A library that is cut off must not
/// be given to the loader: it maps what is not there, and the process dies of it.
[[nodiscard]] bool whole_library(std::string_view bytes);

/// What is wrong with a library's entry; empty when nothing is. `entry` may be of another ABI, of which only
/// the first two numbers can be read.
[[nodiscard]] std::string wrong_entry(const PluginEntry& entry);

/// A sentence when `compiler` (its __VERSION__) is known to make services that break; else empty.
[[nodiscard]] std::string distrusted_compiler(std::string_view compiler);

struct LoadedService {
  std::unique_ptr<ServiceInstance> instance;
  std::string warning;  ///< empty: none
};

/// Loads `copy`, which is its own from now on: it is deleted when the library is unloaded, or if it cannot be
/// loaded. `folder` names the service that does not name itself, `shown` the file in messages, `hash` its
/// content.
[[nodiscard]] OrReason<LoadedService> load_library(const std::string& copy, const std::string& folder,
                                                   const std::string& shown, std::string hash);

/// An object of a service by its entry, or why its constructor gave none. Not yet told its name.
[[nodiscard]] OrReason<BaseService*> create_object(const PluginEntry& entry);

}  // namespace p2p
