// UnitTexts: what systemctl prints, read; and which names it may be given. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <system/api.hpp>

namespace system_service {

/// Of `systemctl list-units --plain --no-legend --full`: UNIT LOAD ACTIVE SUB DESCRIPTION, with any number of
/// blanks between. Marks before the name are passed over, and so are headings and what has too few columns.
[[nodiscard]] std::vector<UnitRow> parse_units(std::string_view text);

/// ActiveState and SubState of `systemctl show`; empty where it does not say.
struct UnitState {
  std::string active, sub;
};
[[nodiscard]] UnitState parse_unit_state(std::string_view text);

/// ^[A-Za-z0-9@._:\\-]{1,255}$, not beginning with `-`: no path, no option, no pattern, nothing for a shell.
[[nodiscard]] bool sound_unit_name(std::string_view name) noexcept;
/// The same with * ? [ ] !, for list_services.
[[nodiscard]] bool sound_unit_pattern(std::string_view pattern) noexcept;

/// As systemctl completes it: `nginx` is `nginx.service`. What is allowed and what is acted on is this name.
[[nodiscard]] std::string whole_unit_name(std::string_view name);
[[nodiscard]] bool fits_any(const std::string& unit, const std::vector<std::string>& globs);

}  // namespace system_service
