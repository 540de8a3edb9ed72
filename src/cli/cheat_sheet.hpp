// Short recipes by topic. A test reads each command line in them with the parser.
#pragma once

#include <span>
#include <string_view>

namespace p2p {

struct Recipe {
  std::string_view topic, text;
};
[[nodiscard]] std::span<const Recipe> cheat_sheet() noexcept;

}  // namespace p2p
