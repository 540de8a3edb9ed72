#include "base/units.hpp"

#include <array>
#include <charconv>
#include <span>

namespace p2p {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t worth;
};

// Each list from the largest to the smallest; `bare` is what a number alone counts.
constexpr std::array times = std::to_array<Unit>({{"h", 3'600'000'000'000},
                                                  {"m", 60'000'000'000},
                                                  {"s", 1'000'000'000},
                                                  {"ms", 1'000'000},
                                                  {"us", 1'000},
                                                  {"ns", 1}});
constexpr std::array sizes =
    std::to_array<Unit>({{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}});
constexpr std::int64_t year = 366LL * 24 * 3'600'000'000'000, most_bytes = 1LL << 53;

std::optional<std::int64_t> read(std::string_view text, std::span<const Unit> units, std::int64_t bare,
                                 std::int64_t most) noexcept {
  std::int64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || text.front() == '-') return std::nullopt;
  const std::string_view name(end, static_cast<std::size_t>(last - end));
  std::int64_t worth = name.empty() ? bare : 0;
  for (const Unit& unit : units)
    if (name == unit.name) worth = unit.worth;
  if (worth == 0 || number > most / worth) return std::nullopt;
  return number * worth;
}

std::string print(std::int64_t number, std::span<const Unit> units) {
  for (const Unit& unit : units)
    if (number % unit.worth == 0) return std::to_string(number / unit.worth).append(unit.name);
  return std::to_string(number);
}

}  // namespace

std::optional<std::chrono::nanoseconds> duration_of(std::string_view text) noexcept {
  const auto ns = read(text, times, 1'000'000'000, year);
  if (!ns) return std::nullopt;
  return std::chrono::nanoseconds(*ns);
}

std::string duration_text(std::chrono::nanoseconds duration) {
  return duration.count() == 0 ? "0s" : print(duration.count(), times);
}

std::optional<std::uint64_t> size_of(std::string_view text) noexcept {
  const auto bytes = read(text, sizes, 1, most_bytes);
  if (!bytes) return std::nullopt;
  return static_cast<std::uint64_t>(*bytes);
}

std::string size_text(std::uint64_t bytes) {
  if (bytes % 1024 != 0 || bytes == 0) return std::to_string(bytes);
  return print(static_cast<std::int64_t>(bytes), sizes);
}

}  // namespace p2p
