// Units: durations and sizes as people write them, and back: "500ms" "30s" "5m" "1h", "64KiB" "16MiB".
//
// A bare number is seconds, or bytes. There are no fractions: "1500ms", not "1.5s".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace p2p {

/// None for another word, a negative number, or more than a year.
[[nodiscard]] std::optional<std::chrono::nanoseconds> duration_of(std::string_view text) noexcept;
/// In the largest unit that needs no fraction: "90s", "2m", "250ms", "0s".
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);

/// None for another word, a negative number, or more than 2^53 bytes.
[[nodiscard]] std::optional<std::uint64_t> size_of(std::string_view text) noexcept;
/// In the largest unit that needs no fraction: "1MiB", "1536KiB", "500".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

}  // namespace p2p
