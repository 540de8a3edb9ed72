#include "net/http_head.hpp"

#include <algorithm>

namespace p2p {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

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
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace p2p
