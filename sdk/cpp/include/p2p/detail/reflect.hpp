// Names of the fields of a plain struct and of the values of an enum, without macros: fields are counted by
// brace initialization, reached by structured bindings, and named from __PRETTY_FUNCTION__ over a pointer to
// the field. At most 32 fields, no base classes, no C arrays, no references.
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace p2p::detail {

struct AnyField {
  template <class T>
  operator T() const noexcept;  // NOLINT(google-explicit-constructor)
};

inline constexpr std::size_t max_fields = 32;

template <class T, std::size_t... I>
constexpr bool brace_constructible(std::index_sequence<I...>) {
  return requires { T{((void)I, AnyField{})...}; };
}
/// The largest number of initializers that `T{...}` takes; 33 when there are more than 32.
template <class T, std::size_t N = max_fields + 1>
consteval std::size_t count_fields() {
  if constexpr (N == 0 || brace_constructible<T>(std::make_index_sequence<N>{})) {
    return N;
  } else {
    return count_fields<T, N - 1>();
  }
}

template <class T>
concept PlainStruct = std::is_class_v<T> && std::is_aggregate_v<T>;

template <class T>
inline constexpr std::size_t field_count = count_fields<T>();

/// References to the fields, as a tuple.
template <class T>
constexpr auto tie_fields(T& t) {
  constexpr std::size_t n = field_count<std::remove_cv_t<T>>;
  static_assert(n <= max_fields, "p2p: a struct that travels has at most 32 fields; split it");
  if constexpr (n == 0) return std::tie();
#define P2P_FIELDS(N, ...)        \
  else if constexpr (n == N) {    \
    auto& [__VA_ARGS__] = t;      \
    return std::tie(__VA_ARGS__); \
  }
  P2P_FIELDS(1, a)
  P2P_FIELDS(2, a, b)
  P2P_FIELDS(3, a, b, c)
  P2P_FIELDS(4, a, b, c, d)
  P2P_FIELDS(5, a, b, c, d, e)
  P2P_FIELDS(6, a, b, c, d, e, f)
  P2P_FIELDS(7, a, b, c, d, e, f, g)
  P2P_FIELDS(8, a, b, c, d, e, f, g, h)
  P2P_FIELDS(9, a, b, c, d, e, f, g, h, i)
  P2P_FIELDS(10, a, b, c, d, e, f, g, h, i, j)
  P2P_FIELDS(11, a, b, c, d, e, f, g, h, i, j, k)
  P2P_FIELDS(12, a, b, c, d, e, f, g, h, i, j, k, l)
  P2P_FIELDS(13, a, b, c, d, e, f, g, h, i, j, k, l, m)
  P2P_FIELDS(14, a, b, c, d, e, f, g, h, i, j, k, l, m, o)
  P2P_FIELDS(15, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p)
  P2P_FIELDS(16, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q)
  P2P_FIELDS(17, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r)
  P2P_FIELDS(18, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s)
  P2P_FIELDS(19, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u)
  P2P_FIELDS(20, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v)
  P2P_FIELDS(21, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w)
  P2P_FIELDS(22, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x)
  P2P_FIELDS(23, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x, y)
  P2P_FIELDS(24, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x, y, z)
  P2P_FIELDS(25, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x, y, z, a1)
  P2P_FIELDS(26, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x, y, z, a1, b1)
  P2P_FIELDS(27, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x, y, z, a1, b1, c1)
  P2P_FIELDS(28, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x, y, z, a1, b1, c1, d1)
  P2P_FIELDS(29, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x, y, z, a1, b1, c1, d1, e1)
  P2P_FIELDS(30, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x, y, z, a1, b1, c1, d1, e1,
             f1)
  P2P_FIELDS(31, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x, y, z, a1, b1, c1, d1, e1,
             f1, g1)
  P2P_FIELDS(32, a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, u, v, w, x, y, z, a1, b1, c1, d1, e1,
             f1, g1, h1)
#undef P2P_FIELDS
}

template <class T>
struct Box {
  T value;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"  // of a struct in an anonymous namespace
#endif
template <class T>
extern const Box<T> imagined;  // never defined and never used but for its address in a constant expression
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
template <class T>
struct FieldPointer {
  const T* pointer;
};

/// The word behind the last '.' or ':' of the pretty name of this instantiation; compilers differ before it.
template <auto P>
consteval std::string_view last_word() {
  std::string_view text = __PRETTY_FUNCTION__;
  if (const auto end = text.find("; std::string_view"); end != std::string_view::npos)
    text = text.substr(0, end);
  text = text.substr(0, text.find_last_not_of(")}]") + 1);
  return text.substr(text.find_last_of(":. &)") + 1);
}
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"  // `imagined`: see there
#endif
template <class T, std::size_t I>
consteval auto field_pointer() {
  auto& field = std::get<I>(tie_fields(imagined<T>.value));
  return FieldPointer<std::remove_cvref_t<decltype(field)>>{&field};
}
#ifdef __clang__
#pragma clang diagnostic pop
#endif
template <class T, std::size_t I>
inline constexpr std::string_view field_name = last_word<field_pointer<T, I>()>();

template <class T, std::size_t I>
using FieldType = std::remove_cvref_t<std::tuple_element_t<I, decltype(tie_fields(std::declval<T&>()))>>;

/// The name of the enumerator with value `V`, or empty when there is none.
template <class E, E V>
consteval std::string_view enumerator_name() {
  const std::string_view name = last_word<V>();
  return !name.empty() && (name[0] >= '0' && name[0] <= '9') ? std::string_view{} : name;
}

}  // namespace p2p::detail
