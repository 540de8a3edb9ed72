#include "net/http_head.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace p2p {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Eight letters at once, each as `lower` has it: the names of headers are compared several times a request.
std::uint64_t eight_lower(const char* at) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  const std::uint64_t low = word & (ones * 0x7F);
  const std::uint64_t from_a = low + ones * (0x80 - 'A'), past_z = low + ones * (0x7F - 'Z');
  return word | ((from_a & ~past_z & ~word & (ones * 0x80)) >> 2U);
}

void move_view(std::string_view& view, const char* from, const char* to) {
  if (view.data() == nullptr) return;
  view = {to + (view.data() - from), view.size()};
}

}  // namespace

void HttpHead::clear() {
  method = target = path = query = {};
  fields.clear();
  content_length.reset();
  chunked = http_1_0 = expects_continue = false;
  keep_alive = true;
}

void HttpHead::rebase(const char* from, const char* to) {
  for (auto* view : {&method, &target, &path, &query}) move_view(*view, from, to);
  for (auto& field : fields) {
    move_view(field.name, from, to);
    move_view(field.value, from, to);
  }
}

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  std::size_t at = 0;
  for (; a.size() - at >= 8; at += 8)
    if (eight_lower(a.data() + at) != eight_lower(b.data() + at)) return false;
  return std::ranges::equal(a.substr(at), b.substr(at), {}, lower, lower);
}

}  // namespace p2p
