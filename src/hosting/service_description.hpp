// What a service's library says of itself, found by loading it: for lint, which loads it in a process of its
// own, since loading runs the author's code: it may crash, never return, or print.
//
// The program has a hidden verb for that, `__describe`, whose whole work is `describe_to_file`.
//
// Threads: the process's only one.
#pragma once

#include <string>

#include "framework/service_instance.hpp"

namespace p2p {

/// The object: its name, info, and methods with options and schemas, those last declared; or `error`, why a
/// node would not register it. The instance is not initialized; what it tells is what its constructor set.
[[nodiscard]] Value describe(ServiceInstance& instance);

struct DescribeOrder {
  std::string file;    ///< the library; deleted by it
  std::string folder;  ///< the service that does not name itself
  std::string shown;   ///< the file, in messages
  std::string result;  ///< a new file, for the description as JSON
};
/// Loads, describes, writes, destroys, unloads. False when the result could not be written. Whatever the
/// service threw is in the result, as `error`.
[[nodiscard]] bool describe_to_file(const DescribeOrder& order);

}  // namespace p2p
