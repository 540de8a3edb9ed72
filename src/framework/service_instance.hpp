// ServiceInstance: one loaded version of a service, as framework needs it. hosting implements it: for a
// library in this process now, for a host process later.
//
// Threads: the main loop's.
#pragma once

#include <string>
#include <string_view>

#include <p2p/service.hpp>

namespace p2p {

class ServiceInstance {
 public:
  ServiceInstance() = default;
  ServiceInstance(const ServiceInstance&) = delete;
  ServiceInstance& operator=(const ServiceInstance&) = delete;
  virtual ~ServiceInstance() = default;

  /// SERVICE_NAME, or the folder's name.
  [[nodiscard]] virtual const std::string& name() const = 0;
  [[nodiscard]] virtual std::string_view language() const = 0;   ///< "cpp"
  [[nodiscard]] virtual std::string_view isolation() const = 0;  ///< "in_process", "process", "builtin"
  /// What was loaded: SHA-256 in hexadecimal, for the audit log; empty for the built-in.
  [[nodiscard]] virtual const std::string& content_hash() const = 0;
  [[nodiscard]] virtual BaseService& object() = 0;

  /// Makes a new object of the same code in the place of the one that is there, of which nothing runs any
  /// more: a restart, or the way back after a reload that stopped first. Empty, or why there is none now.
  [[nodiscard]] virtual std::string renew() = 0;

  /// Destroys the object and lets go of its code, which nothing may run or hold any more. False when the code
  /// stays mapped all the same (a thread_local with a destructor, a compiler's unique symbols).
  virtual bool unload() = 0;
};

}  // namespace p2p
