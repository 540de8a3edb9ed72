// The version of this program.
#pragma once

#include <string_view>

namespace p2p {

inline constexpr std::string_view product_version = "1.0.0";

/// Of the sources, where who builds says so: cmake -DP2P_COMMIT=...
#ifdef P2P_COMMIT
inline constexpr std::string_view product_commit = P2P_COMMIT;
#else
inline constexpr std::string_view product_commit = "unknown";
#endif

}  // namespace p2p
