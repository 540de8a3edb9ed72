// LintReport: what is wrong with a service's folder and what it offers, for people (lines that editors
// understand: file:line:column: error: ...) and for programs.
#pragma once

#include <string>
#include <vector>

#include <p2p/value.hpp>

#include "framework/failure_reason.hpp"

namespace p2p {

struct LintFinding {
  enum class Level { error, warning };
  Level level = Level::error;
  std::string message;
  std::string file;  ///< as whoever asked would open it; empty: the folder as a whole
  int line = 0, column = 0;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] Value value() const;
};

struct LintReport {
  std::string folder;   ///< as it was given
  std::string service;  ///< the name it would have; that of the folder until it is known
  std::vector<LintFinding> findings;
  Value description;         ///< of hosting/service_description.hpp; null when it did not come so far
  std::string build_log;     ///< what the compiler was asked and said; empty: it was not
  bool interrupted = false;  ///< by a signal: nothing is known

  [[nodiscard]] std::size_t count(LintFinding::Level level) const;
  [[nodiscard]] bool ok() const { return !interrupted && count(LintFinding::Level::error) == 0; }
  [[nodiscard]] Value value() const;
  /// The findings, a table of the methods, and a line that counts.
  [[nodiscard]] std::string text() const;
};

}  // namespace p2p
