// The text of a SERVICE_METHOD, read while the service is compiled: options and parameters come as text from
// the preprocessor, which is why `public = true` may be written although `public` is a keyword. Nothing here
// runs when the service runs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <p2p/context.hpp>

namespace p2p {

/// What a service says of a method (service-sdk.md, section 2.1). Texts are literals as written, quotes
/// included, until the method is declared.
struct MethodOptions {
  std::string_view description, cache_scope, cache_tags, secret;
  bool is_public = false, idempotent = false, broadcastable = false, stream = false, threadsafe = false;
  bool broadcastable_given = false;
  Role role = Role::operator_;
  std::int64_t cache_ttl_ns = 0;
  std::int64_t timeout_ns = 0;  ///< 0 = the node's (call.timeout)
  std::int64_t max_concurrency = 0;
  std::int64_t max_body = 0;  ///< bytes; 0 = the node's limit
};

namespace detail {

struct ParameterText {
  std::string_view name, fallback;
  bool has_fallback = false;
};

inline constexpr std::string_view known_options[] = {
    "description", "public",        "role",   "cache_ttl",  "cache_scope",     "cache_tags", "timeout",
    "idempotent",  "broadcastable", "stream", "threadsafe", "max_concurrency", "max_body",   "secret"};

constexpr std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\n\r";
  const auto begin = text.find_first_not_of(blank);
  return begin == text.npos ? std::string_view{}
                            : text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

/// Calls `visit(name, value, has_value)` for each item of a list `a = 1, b, c = "x, y"`.
template <class F>
constexpr void each_item(std::string_view text, F visit) {
  if (trim(text).empty()) return;
  int depth = 0;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    if (i < text.size() && quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
      continue;
    }
    if (c == '"')
      quoted = true;
    else if (c == '(' || c == '[' || c == '{')
      ++depth;
    else if (c == ')' || c == ']' || c == '}')
      --depth;
    else if (c == ',' && (depth == 0 || i == text.size())) {
      const std::string_view item = text.substr(begin, i - begin);
      const auto equals = item.find('=');
      const bool has_value = equals != item.npos;
      visit(trim(item.substr(0, equals)), has_value ? trim(item.substr(equals + 1)) : std::string_view{},
            has_value);
      begin = i + 1;
    }
  }
}

constexpr bool is_literal_text(std::string_view text) {  // one or more adjacent "..." without raw strings
  std::size_t i = 0;
  bool any = false;
  while (i < text.size()) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    if (text[i] != '"') return false;
    for (++i; i < text.size() && text[i] != '"'; ++i)
      if (text[i] == '\\') ++i;
    if (i >= text.size()) return false;
    ++i;
    any = true;
  }
  return any;
}
constexpr bool is_flag(std::string_view text) {
  return text == "true" || text == "false" || text == "True" || text == "False";
}
constexpr bool flag_of(std::string_view text) { return text == "true" || text == "True"; }

constexpr bool is_decimal(std::string_view text, bool fraction) {
  int before = 0, after = 0;
  bool point = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9')
      ++(point ? after : before);
    else if (c == '.' && fraction && !point)
      point = true;
    else
      return false;
  }
  return before + after > 0 && before <= 9;  // more seconds than that do not fit into nanoseconds
}
constexpr std::int64_t integer_of(std::string_view text) {
  std::int64_t number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return number;
}
constexpr std::int64_t nanoseconds_of(std::string_view seconds) {
  std::int64_t ns = 0, unit = 0;
  for (const char c : seconds) {
    if (c == '.') {
      unit = 1'000'000'000;
    } else if (unit == 0) {
      ns = ns * 10 + (c - '0');
    } else if (unit > 1) {
      unit /= 10;
      ns = ns * 10 + (c - '0');
    }
  }
  for (std::int64_t missing = unit == 0 ? 1'000'000'000 : unit; missing > 1; missing /= 10) ns *= 10;
  return ns;
}
constexpr std::string_view inside_quotes(std::string_view text) {
  return text.size() < 2 ? text : text.substr(1, text.size() - 2);
}
constexpr bool one_of(std::string_view quoted, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words)
    if (inside_quotes(quoted) == word) return true;
  return false;
}

consteval bool options_known(std::string_view text) {
  bool known = true;
  each_item(text, [&](std::string_view name, std::string_view, bool) {
    bool found = false;
    for (const std::string_view option : known_options) found = found || option == name;
    known = known && found;
  });
  return known;
}

constexpr bool option_sound(std::string_view name, std::string_view value) {
  if (name == "description" || name == "cache_tags" || name == "secret") return is_literal_text(value);
  if (name == "cache_scope") return one_of(value, {"node", "cluster", "caller"});
  if (name == "role") return one_of(value, {"viewer", "operator", "admin"});
  if (name == "cache_ttl") return is_decimal(value, true);
  if (name == "timeout")
    return is_decimal(value, true) && nanoseconds_of(value) > 0 && nanoseconds_of(value) <= 600'000'000'000;
  if (name == "max_body") return is_decimal(value, false) && integer_of(value) <= 16 * 1024 * 1024;
  if (name == "max_concurrency") return is_decimal(value, false);
  return is_flag(value);
}
consteval bool option_values_sound(std::string_view text) {
  bool sound = true;
  each_item(text, [&](std::string_view name, std::string_view value, bool has_value) {
    sound = sound && has_value && option_sound(name, value);
  });
  return sound;
}

consteval MethodOptions parse_options(std::string_view text) {
  MethodOptions options;
  each_item(text, [&](std::string_view name, std::string_view value, bool) {
    if (name == "description")
      options.description = value;
    else if (name == "public")
      options.is_public = flag_of(value);
    else if (name == "role")
      options.role = value == "\"viewer\""  ? Role::viewer
                     : value == "\"admin\"" ? Role::admin
                                            : Role::operator_;
    else if (name == "cache_ttl")
      options.cache_ttl_ns = nanoseconds_of(value);
    else if (name == "cache_scope")
      options.cache_scope = value;
    else if (name == "cache_tags")
      options.cache_tags = value;
    else if (name == "timeout")
      options.timeout_ns = nanoseconds_of(value);
    else if (name == "idempotent")
      options.idempotent = flag_of(value);
    else if (name == "broadcastable") {
      options.broadcastable = flag_of(value);
      options.broadcastable_given = true;
    } else if (name == "stream")
      options.stream = flag_of(value);
    else if (name == "threadsafe")
      options.threadsafe = flag_of(value);
    else if (name == "max_concurrency")
      options.max_concurrency = integer_of(value);
    else if (name == "max_body")
      options.max_body = integer_of(value);
    else if (name == "secret")
      options.secret = value;
  });
  if (options.cache_ttl_ns > 0) options.idempotent = true;
  if (!options.broadcastable_given) options.broadcastable = options.is_public;
  return options;
}

/// Reads one JSON value at `i`; npos when there is none. Enough to refuse a default that is no JSON.
constexpr std::size_t skip_json(std::string_view text, std::size_t i) {
  const auto blank = [&] {
    while (i < text.size() && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t')) ++i;
  };
  blank();
  for (const std::string_view word :
       {std::string_view("null"), std::string_view("true"), std::string_view("false")})
    if (text.substr(i, word.size()) == word) return i + word.size();
  if (i >= text.size()) return text.npos;
  if (text[i] == '"') {
    for (++i; i < text.size() && text[i] != '"'; ++i)
      if (text[i] == '\\') ++i;
    return i < text.size() ? i + 1 : text.npos;
  }
  if (text[i] == '[' || text[i] == '{') {
    const char close = text[i] == '[' ? ']' : '}';
    const bool members = text[i] == '{';
    ++i;
    blank();
    if (i < text.size() && text[i] == close) return i + 1;
    for (;;) {
      if (members) {
        blank();
        if (i >= text.size() || text[i] != '"') return text.npos;
        i = skip_json(text, i);
        if (i == text.npos) return i;
        blank();
        if (i >= text.size() || text[i] != ':') return text.npos;
        ++i;
      }
      i = skip_json(text, i);
      if (i == text.npos) return i;
      blank();
      if (i >= text.size()) return text.npos;
      if (text[i] == close) return i + 1;
      if (text[i] != ',') return text.npos;
      ++i;
    }
  }
  const std::size_t begin = i;
  const auto digits = [&] {
    const std::size_t first = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i > first;
  };
  if (text[i] == '-') ++i;
  const std::size_t first = i;
  if (!digits() || (text[first] == '0' && i > first + 1)) return text.npos;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return text.npos;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return text.npos;
  }
  return i > begin ? i : text.npos;
}
constexpr bool is_json(std::string_view text) {
  const std::size_t end = skip_json(text, 0);
  return end != text.npos && trim(text.substr(end)).empty();
}
constexpr bool is_parameter_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
      return false;
  return true;
}

constexpr std::string_view without_parentheses(std::string_view text) {
  text = trim(text);
  return text.size() >= 2 && text.front() == '(' && text.back() == ')' ? text.substr(1, text.size() - 2)
                                                                       : text;
}
consteval std::size_t count_parameters(std::string_view text) {
  std::size_t count = 0;
  each_item(without_parentheses(text), [&](auto, auto, auto) { ++count; });
  return count;
}
consteval bool parameters_sound(std::string_view text) {
  if (trim(text).empty() || trim(text).front() != '(' || trim(text).back() != ')') return false;
  bool sound = true;
  each_item(without_parentheses(text),
            [&](std::string_view name, std::string_view fallback, bool has_fallback) {
              sound = sound && is_parameter_name(name) && (!has_fallback || is_json(fallback));
            });
  return sound;
}
template <std::size_t N>
consteval std::array<ParameterText, N> parse_parameters(std::string_view text) {
  std::array<ParameterText, N> parameters{};
  std::size_t n = 0;
  each_item(without_parentheses(text),
            [&](std::string_view name, std::string_view fallback, bool has_fallback) {
              if (n < N) parameters[n++] = {name, fallback, has_fallback};
            });
  return parameters;
}

}  // namespace detail
}  // namespace p2p
