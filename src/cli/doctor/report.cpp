#include "cli/doctor/report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"
#include "cli/terminal.hpp"

namespace p2p {
namespace {

using Level = DoctorLine::Level;

constexpr std::size_t check_width = 13;  // the longest is "configuration"

std::string_view word_of(Level level) {
  return level == Level::ok ? "ok" : level == Level::warn ? "warn" : "FAIL";
}

Colour colour_of(Level level) {
  return level == Level::ok ? Colour::green : level == Level::warn ? Colour::yellow : Colour::red;
}

std::string counted(std::size_t n, std::string_view word) {
  return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s");
}

}  // namespace

void DoctorReport::ok(std::string_view check, std::string text) {
  lines_.push_back({Level::ok, std::string(check), std::move(text), {}});
}
void DoctorReport::warn(std::string_view check, std::string text, std::string repair) {
  lines_.push_back({Level::warn, std::string(check), std::move(text), std::move(repair)});
}
void DoctorReport::fail(std::string_view check, std::string text, std::string repair) {
  lines_.push_back({Level::fail, std::string(check), std::move(text), std::move(repair)});
}

std::size_t DoctorReport::count(Level level) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines_, [&](const DoctorLine& line) { return line.level == level; }));
}

Value DoctorReport::value() const {
  Value checks = Value::array();
  for (const DoctorLine& line : lines_) {
    Value row{{"check", line.check},
              {"level", line.level == Level::fail ? "fail" : word_of(line.level)},
              {"text", line.text}};
    if (!line.repair.empty()) row.set("repair", line.repair);
    checks.push_back(std::move(row));
  }
  return Value{{"checks", std::move(checks)},
               {"ok", count(Level::ok)},
               {"warnings", count(Level::warn)},
               {"failures", count(Level::fail)}};
}

std::string DoctorReport::text(const Terminal& terminal) const {
  std::string text;
  for (const DoctorLine& line : lines_) {
    const std::string_view word = word_of(line.level);
    text += terminal.paint_out(colour_of(line.level), word) + std::string(6 - word.size(), ' ') +
            fmt::format("{:<{}}  {}\n", line.check, check_width, escape_control(line.text));
    if (!line.repair.empty())
      text += fmt::format("{:<{}}-> {}\n", "", 8 + check_width, escape_control(line.repair));
  }
  return text + fmt::format("{} ok, {}, {}\n", count(Level::ok), counted(count(Level::warn), "warning"),
                            counted(count(Level::fail), "failure"));
}

}  // namespace p2p
