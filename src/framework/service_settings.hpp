// ServiceSettings: what the operator says of one service, from its service.toml (service-sdk.md, section 9);
// for the built-in `system`, from the node's configuration. hosting reads the file; a service without one has
// the defaults that stand here.
//
// A change of these alone is applied to the running object (LiveService::apply), but for `enabled`, `entry`
// and `build`, which say what is to be loaded at all.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <p2p/value.hpp>

#include "registry/method_override.hpp"

namespace p2p {

enum class ReloadMode {
  overlap,     ///< the new generation starts while the old one serves
  stop_first,  ///< the old one ends before the new one starts: it owns a port or a lock
  manual       ///< a changed folder waits for the operator's reload
};

struct ServiceSettings {
  /// Options of the C++ build. The paths are absolute, or folders of the service's own.
  struct Build {
    std::vector<std::string> flags, include, link;
    [[nodiscard]] bool operator==(const Build&) const = default;
  };
  /// When starts that fail are given up: then only a change or a reload helps.
  struct Restart {
    int max_failures = 5;
    std::chrono::milliseconds window{60'000};  ///< and the time that the starts themselves may take
    [[nodiscard]] bool operator==(const Restart&) const = default;
  };

  bool enabled = true;
  std::string entry;  ///< the file to run; empty: there is only one kind
  ReloadMode reload = ReloadMode::overlap;
  Role role = Role::operator_;  ///< of the service's own identity
  std::string domain;           ///< empty: what the service says
  std::chrono::milliseconds start{30'000}, stop{10'000};
  Restart restart;
  Build build;
  MethodOverrides methods;
  Value config = Value::object();

  std::string file;  ///< "my_service/service.toml", for messages; empty: there is none
  std::string hash;  ///< SHA-256 of the file in hexadecimal; empty: there is none

  /// Whether what runs under `other` need not be told anything when this takes its place.
  [[nodiscard]] bool operator==(const ServiceSettings& other) const = default;
};

}  // namespace p2p
