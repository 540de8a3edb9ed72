// Fingerprint: a number for the types that a method takes and gives. Two libraries of this process whose
// numbers are equal may move arguments and results across; otherwise these go through Value by field name.
//
// 64-bit FNV-1a over what decides the layout and the meaning: the type's own name, its size, its fields' or
// enumerators' names, and their types, recursively; the standard library's ABI; the names of the parameters,
// since they are matched by name and moved by position.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <p2p/convert.hpp>

namespace p2p {

template <class T>
class Stream;

namespace detail {

template <class T>
struct IsStream : std::false_type {};
template <class T>
struct IsStream<Stream<T>> : std::true_type {};

struct Fnv {
  std::uint64_t state = 0xcbf29ce484222325;
  constexpr void add(std::string_view text) {
    for (const char c : text) byte(static_cast<unsigned char>(c));
    byte(0);
  }
  constexpr void add(std::uint64_t number) {
    for (; number >= 128; number >>= 7) byte(static_cast<unsigned char>(number | 128));
    byte(static_cast<unsigned char>(number));
  }

 private:
  constexpr void byte(unsigned char c) { state = (state ^ c) * 0x100000001b3; }
};

template <class T>
consteval std::string_view type_text() {
  return __PRETTY_FUNCTION__;
}

template <class T>
constexpr void add_type(Fnv& print) {
  if constexpr (std::is_void_v<T>) {
    print.add("void");
  } else if constexpr (IsStream<T>::value) {
    print.add("stream");
    add_type<typename T::value_type>(print);
  } else {
    print.add(sizeof(T));
    print.add(alignof(T));
    if constexpr (Number<T>) {
      print.add(std::same_as<T, bool>         ? "bool"
                : std::is_floating_point_v<T> ? "real"
                : std::is_signed_v<T>         ? "int"
                                              : "uint");
    } else if constexpr (std::same_as<T, std::string>) {
      print.add("string");
    } else if constexpr (IsOptional<T>::value) {
      print.add("optional");
      add_type<typename T::value_type>(print);
    } else if constexpr (VectorLike<T>) {
      print.add("vector");
      add_type<typename T::value_type>(print);
    } else {
      print.add(type_text<T>());
      if constexpr (ScopedEnum<T>) {
        for (const std::string_view name : enumerators<T>) print.add(name);
      } else if constexpr (MapLike<T>) {
        add_type<typename T::mapped_type>(print);
      } else if constexpr (Fields<T>) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
          ((print.add(field_name<T, I>), add_type<FieldType<T, I>>(print)), ...);
        }(std::make_index_sequence<field_count<T>>{});
      }
    }
  }
}

/// Of the types alone; the parameters' names are added with `with_name`.
template <class R, class... A>
inline constexpr std::uint64_t types_print = [] {
  Fnv print;
#ifdef _GLIBCXX_USE_CXX11_ABI
  print.add(_GLIBCXX_USE_CXX11_ABI);
#endif
#ifdef _GLIBCXX_DEBUG
  print.add("debug");
#endif
#ifdef _LIBCPP_ABI_VERSION
  print.add(1000 + _LIBCPP_ABI_VERSION);
#endif
  add_type<R>(print);
  (add_type<A>(print), ...);
  return print.state;
}();

[[nodiscard]] constexpr std::uint64_t with_name(std::uint64_t state, std::string_view name) {
  Fnv print{state};
  print.add(name);
  return print.state;
}

}  // namespace detail
}  // namespace p2p
