// DoctorReport: what doctor found, a line for each check: ok, warn or FAIL, and for what is not well the way
// to mend it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <p2p/value.hpp>

namespace p2p {

class Terminal;

struct DoctorLine {
  enum class Level { ok, warn, fail };
  Level level = Level::ok;
  std::string check;   ///< "state dir"
  std::string text;    ///< what was found
  std::string repair;  ///< what to do, a command where there is one; empty when all is well
};

class DoctorReport {
 public:
  void ok(std::string_view check, std::string text);
  void warn(std::string_view check, std::string text, std::string repair);
  void fail(std::string_view check, std::string text, std::string repair);

  [[nodiscard]] const std::vector<DoctorLine>& lines() const noexcept { return lines_; }
  [[nodiscard]] std::size_t count(DoctorLine::Level level) const;
  /// {"checks": [{"check", "level", "text", "repair"}], "ok", "warnings", "failures"}
  [[nodiscard]] Value value() const;
  /// For people, with colour where `terminal` shows it.
  [[nodiscard]] std::string text(const Terminal& terminal) const;

 private:
  std::vector<DoctorLine> lines_;
};

}  // namespace p2p
