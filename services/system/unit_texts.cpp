#include "unit_texts.hpp"

#include <algorithm>
#include <array>

#include <fnmatch.h>

#include "captured_output.hpp"
#include "text_scan.hpp"

namespace system_service {
namespace {

constexpr std::size_t longest_name = 255;  // systemd's own bound

constexpr std::array<std::string_view, 12> suffixes = {".service", ".socket",    ".target", ".device",
                                                       ".mount",   ".automount", ".swap",   ".timer",
                                                       ".path",    ".slice",     ".scope",  ".snapshot"};

bool has_suffix(std::string_view name) {
  return std::ranges::any_of(suffixes, [&](std::string_view suffix) {
    return name.size() > suffix.size() && name.ends_with(suffix);
  });
}

bool made_of(std::string_view name, std::string_view more) {
  if (name.empty() || name.size() > longest_name || name.front() == '-') return false;
  return std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || more.contains(c);
  });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

}  // namespace

std::vector<UnitRow> parse_units(std::string_view text) {
  std::vector<UnitRow> units;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    std::string_view name = next_word(line);
    if (!has_suffix(name)) name = next_word(line);  // ● and * mark what failed or is not found
    const std::string_view load = next_word(line), active = next_word(line), sub = next_word(line);
    if (!has_suffix(name) || sub.empty()) continue;
    units.push_back({as_utf8(name), as_utf8(load), as_utf8(active), as_utf8(sub), as_utf8(trimmed(line))});
  }
  return units;
}

UnitState parse_unit_state(std::string_view text) {
  UnitState state;
  while (!text.empty()) {
    const std::string_view line = trimmed(next_line(text));
    const std::size_t equals = line.find('=');
    if (equals == line.npos) continue;
    const std::string_view key = line.substr(0, equals), value = line.substr(equals + 1);
    if (key == "ActiveState") state.active = as_utf8(value);
    if (key == "SubState") state.sub = as_utf8(value);
  }
  return state;
}

bool sound_unit_name(std::string_view name) noexcept { return made_of(name, "@._:\\-"); }
bool sound_unit_pattern(std::string_view pattern) noexcept { return made_of(pattern, "@._:\\-*?[]!"); }

std::string whole_unit_name(std::string_view name) {
  return std::string(name) + (has_suffix(name) ? "" : ".service");
}

bool fits_any(const std::string& unit, const std::vector<std::string>& globs) {
  return std::ranges::any_of(globs, [&](const std::string& glob) {
    return ::fnmatch(glob.c_str(), unit.c_str(), FNM_NOESCAPE) == 0;
  });
}

}  // namespace system_service
