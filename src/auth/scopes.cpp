#include "auth/scopes.hpp"

#include <algorithm>

namespace p2p {
namespace {

constexpr std::string_view glob = "*";
constexpr std::size_t scope_limit = 256;

struct Parts {
  std::string_view kind, what, node;
  bool has_node = false;
};

Parts split(std::string_view text) noexcept {
  Parts parts;
  const std::size_t colon = text.find(':');
  parts.kind = text.substr(0, colon);
  if (colon == std::string_view::npos) return parts;
  parts.what = text.substr(colon + 1);
  if (parts.kind != "rpc") return parts;
  if (const std::size_t at = parts.what.find('@'); at != std::string_view::npos) {
    parts.node = parts.what.substr(at + 1);
    parts.what = parts.what.substr(0, at);
    parts.has_node = true;
  }
  return parts;
}

bool is_word(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_node(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

struct Pattern {
  std::string_view service, method;  // no method: the glob alone
};

Pattern pattern_of(std::string_view what) noexcept {
  const std::size_t mark = what.find_first_of("/.");
  if (mark == std::string_view::npos) return {.service = what, .method = {}};
  return {.service = what.substr(0, mark), .method = what.substr(mark + 1)};
}

bool is_method_glob(std::string_view what) noexcept {
  if (what == glob) return true;
  const Pattern pattern = pattern_of(what);
  return is_service_name(pattern.service) && (pattern.method == glob || is_method_name(pattern.method));
}

bool covers_method(std::string_view held, std::string_view wanted) noexcept {
  if (held == glob) return true;
  const Pattern have = pattern_of(held), want = pattern_of(wanted);
  return have.service == want.service &&
         (have.method == want.method || (have.method == glob && want.service != glob));
}

bool covers_what(const Parts& held, const Parts& wanted) noexcept {
  if (held.kind == "rpc") return covers_method(held.what, wanted.what);
  return held.what == glob || held.what == wanted.what;
}

}  // namespace

bool is_scope(std::string_view text) noexcept {
  if (text.size() > scope_limit) return false;
  const Parts parts = split(text);
  if (parts.kind == "rpc") return is_method_glob(parts.what) && (!parts.has_node || is_node(parts.node));
  return (parts.kind == "read" || parts.kind == "admin") && (parts.what == glob || is_word(parts.what));
}

bool within(const Scope& wanted, std::span<const Scope> held) noexcept {
  const Parts want = split(wanted.text);
  return std::ranges::any_of(held, [&](const Scope& scope) {
    const Parts have = split(scope.text);
    return have.kind == want.kind && covers_what(have, want) &&
           (!have.has_node || (want.has_node && have.node == want.node));
  });
}

}  // namespace p2p
