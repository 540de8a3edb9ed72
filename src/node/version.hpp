// The version of this program.
#pragma once

#include <string_view>

namespace p2p {

inline constexpr std::string_view product_version = "1.0.0";

}  // namespace p2p
