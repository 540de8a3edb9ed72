#include <array>
#include <limits>

#include <p2p/context.hpp>
#include <time.h>

namespace p2p {
namespace {

struct RoleName {
  Role role;
  std::string_view name;
};
constexpr std::array role_names{
    RoleName{Role::none, "none"},   RoleName{Role::viewer, "viewer"}, RoleName{Role::operator_, "operator"},
    RoleName{Role::admin, "admin"}, RoleName{Role::node, "node"},
};

// Without <chrono>: the epoch is the one of std::chrono::steady_clock.
std::int64_t steady_ns() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

std::string_view role_name(Role role) noexcept {
  for (const RoleName& entry : role_names) {
    if (entry.role == role) return entry.name;
  }
  return "none";
}

Role role_of(std::string_view name) noexcept {
  for (const RoleName& entry : role_names) {
    if (entry.name == name) return entry.role;
  }
  return Role::none;
}

Duration Context::remaining() const noexcept {
  if (deadline_ns == 0) return {std::numeric_limits<std::int64_t>::max()};
  const std::int64_t now = steady_ns();
  return {deadline_ns > now ? deadline_ns - now : 0};
}

std::string Context::trace_id() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(32, '0');
  for (std::size_t i = 0; i < 32; ++i) {
    const std::uint64_t word = trace[i / 16];
    text[i] = digits[(word >> (60 - 4 * (i % 16))) & 15];
  }
  return text;
}

}  // namespace p2p
