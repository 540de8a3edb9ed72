// FailureReason: why a service does not run, or why its new version was not taken: shown in /local/services
// and logged.
#pragma once

#include <string>

#include <p2p/value.hpp>

namespace p2p {

struct FailureReason {
  std::string step;  ///< "folder", "compile", "load", "dependencies", "initialize"
  std::string message;
  std::string file;  ///< relative to the services folder
  int line = 0, column = 0;
  std::string log;  ///< the whole build log, relative to the state directory

  /// "compile: my_service/main.cpp:18:5: no member named ... (log build/my_service/3f9c0d.log
  /// in the state directory)"
  [[nodiscard]] std::string text() const;
  [[nodiscard]] Value value() const;
};

}  // namespace p2p
