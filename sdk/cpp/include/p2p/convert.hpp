// From C++ types to Value and back, and to JSON Schema (draft 2020-12).
//
// What travels: bool, integers (range checked), float and double, std::string, Bytes (base64), enum class (by
// name, values 0 to 31), std::optional, std::vector, std::map and std::unordered_map with string keys, Value,
// and plain structs of these, without any macro. In a struct an absent member keeps the field's own
// initializer and an unknown one is passed over, so that callers and callees may be of different age.
//
// Errors carry the path: `limits.max: expected integer, got string`.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <p2p/detail/reflect.hpp>
#include <p2p/error.hpp>
#include <p2p/value.hpp>

namespace p2p {

/// Bytes that are no text; base64 (RFC 4648, section 4) in JSON.
struct Bytes {
  std::vector<unsigned char> data;
};

namespace detail {

/// Where in a document we are; a list on the stack, turned into text only for an error.
struct Path {
  const Path* up = nullptr;
  std::string_view name;
  std::size_t index = 0;
};

[[noreturn]] P2P_API void throw_wrong(const Path& path, std::string_view expected, const Value& got);
P2P_API Value bytes_to_value(const Bytes& bytes);
P2P_API Bytes value_to_bytes(const Value& value, const Path& path);

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
concept VectorLike = requires(T t, typename T::value_type v) {
  t.reserve(t.size()), t.push_back(std::move(v));
} && !std::same_as<T, std::string>;
template <class T>
concept MapLike = requires { typename T::mapped_type; } && std::same_as<typename T::key_type, std::string>;
template <class T>
concept ScopedEnum = std::is_scoped_enum_v<T>;
/// Characters are no numbers: char, wchar_t, char8_t, char16_t, char32_t.
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                 !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;
template <class T>
concept Scalar = std::same_as<T, Value> || Number<T> || std::same_as<T, std::string> ||
                 std::same_as<T, Bytes> || ScopedEnum<T>;
template <class T>
concept Fields = PlainStruct<T> && !Scalar<T> && !IsOptional<T>::value && !VectorLike<T> && !MapLike<T> &&
                 !requires(T t) { t.begin(); };

template <class T>
consteval bool travels();

/// One static_assert a field, so that the message has the struct and the field's type in its template
/// arguments.
template <class Struct, std::size_t FieldIndex, class Type>
struct FieldTravels {
  static_assert(travels<Type>(),
                "p2p: this field of this struct has a type that cannot travel (bool, numbers, string, "
                "Bytes, enum class, optional, vector, map with string keys, Value, plain structs)");
  static constexpr bool value = true;
};
template <class T, std::size_t... I>
consteval bool fields_travel(std::index_sequence<I...>) {
  return (FieldTravels<T, I, FieldType<T, I>>::value && ...);
}
template <class T>
consteval bool travels() {
  if constexpr (Scalar<T>)
    return true;
  else if constexpr (IsOptional<T>::value)
    return travels<typename T::value_type>();
  else if constexpr (MapLike<T>)
    return travels<typename T::mapped_type>();
  else if constexpr (VectorLike<T>)
    return travels<typename T::value_type>();
  else if constexpr (Fields<T>)
    return fields_travel<T>(std::make_index_sequence<field_count<T>>{});
  else
    return false;
}

template <class E>
inline constexpr auto enumerators = []<std::size_t... I>(std::index_sequence<I...>) {
  return std::array<std::string_view, sizeof...(I)>{enumerator_name<E, static_cast<E>(I)>()...};
}(std::make_index_sequence<32>{});
[[nodiscard]] P2P_API Value enum_schema(const std::string_view* names, std::size_t count);
/// The name at `index`; throws when the number has none.
[[nodiscard]] P2P_API Value enum_to_value(std::size_t index, const std::string_view* names,
                                          std::size_t count);
/// The index of the name in `value`; throws with the known names.
[[nodiscard]] P2P_API std::size_t enum_index(const Value& value, const std::string_view* names,
                                             std::size_t count, const Path& path);

[[nodiscard]] P2P_API Value schema_of(std::string_view type);
[[nodiscard]] P2P_API Value schema_or_null(Value schema);
[[nodiscard]] P2P_API Value integer_schema(std::int64_t least, std::int64_t most);

}  // namespace detail

/// What may be a parameter or a result.
template <class T>
concept Travels = detail::travels<T>();

template <class T>
[[nodiscard]] Value to_value(T&& source) {
  using U = std::remove_cvref_t<T>;
  if constexpr (std::same_as<U, Value> || std::is_arithmetic_v<U> || std::same_as<U, std::string>) {
    return Value(std::forward<T>(source));
  } else if constexpr (std::same_as<U, Bytes>) {
    return detail::bytes_to_value(source);
  } else if constexpr (detail::ScopedEnum<U>) {
    return detail::enum_to_value(static_cast<std::size_t>(source), detail::enumerators<U>.data(), 32);
  } else if constexpr (detail::IsOptional<U>::value) {
    return source ? to_value(*std::forward<T>(source)) : Value();
  } else if constexpr (detail::MapLike<U>) {
    Object members;
    members.reserve(source.size());
    for (auto& [key, item] : source) members.push_back({key, to_value(item)});
    return Value(std::move(members));
  } else if constexpr (detail::VectorLike<U>) {
    Array items;
    items.reserve(source.size());
    for (auto&& item : source) items.push_back(to_value(static_cast<typename U::value_type>(item)));
    return Value(std::move(items));
  } else {
    static_assert(Travels<U>);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      Object members;
      members.reserve(sizeof...(I));
      [[maybe_unused]] auto fields = detail::tie_fields(source);
      (members.push_back({std::string(detail::field_name<U, I>), to_value(std::get<I>(fields))}), ...);
      return Value(std::move(members));
    }(std::make_index_sequence<detail::field_count<U>>{});
  }
}

/// Reads `value` into `out`, which keeps its own contents where a struct's member is absent.
template <class T>
void from_value(const Value& value, T& out, const detail::Path& path) {
  using K = Value::Kind;
  if constexpr (std::same_as<T, Value>) {
    out = value;
  } else if constexpr (std::same_as<T, bool>) {
    if (value.kind() != K::boolean) detail::throw_wrong(path, "boolean", value);
    out = value.as_bool();
  } else if constexpr (std::is_integral_v<T>) {
    if (value.kind() != K::integer) detail::throw_wrong(path, "integer", value);
    if (!std::in_range<T>(value.as_int())) detail::throw_wrong(path, "integer in range", value);
    out = static_cast<T>(value.as_int());
  } else if constexpr (std::is_floating_point_v<T>) {
    if (value.kind() != K::integer && value.kind() != K::real) detail::throw_wrong(path, "number", value);
    out = static_cast<T>(value.as_double());
  } else if constexpr (std::same_as<T, std::string>) {
    if (value.kind() != K::string) detail::throw_wrong(path, "string", value);
    out = value.as_string();
  } else if constexpr (std::same_as<T, Bytes>) {
    out = detail::value_to_bytes(value, path);
  } else if constexpr (detail::ScopedEnum<T>) {
    out = static_cast<T>(detail::enum_index(value, detail::enumerators<T>.data(), 32, path));
  } else if constexpr (detail::IsOptional<T>::value) {
    if (value.is_null())
      out.reset();
    else
      from_value(value, out.emplace(), path);
  } else if constexpr (detail::MapLike<T>) {
    if (!value.is_object()) detail::throw_wrong(path, "object", value);
    out.clear();
    for (const Member& member : value.as_object())
      from_value(member.second, out[member.first], detail::Path{&path, member.first, 0});
  } else if constexpr (detail::VectorLike<T>) {
    if (!value.is_array()) detail::throw_wrong(path, "array", value);
    out.clear();
    out.reserve(value.size());
    for (const Value& item : value.as_array()) {
      typename T::value_type read{};
      from_value(item, read, detail::Path{&path, {}, out.size()});
      out.push_back(std::move(read));
    }
  } else {
    static_assert(Travels<T>);
    if (!value.is_object()) detail::throw_wrong(path, "object", value);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      [[maybe_unused]] auto fields = detail::tie_fields(out);
      const auto read = [&]<class F>(std::string_view name, F& field) {
        if (const Value* member = value.find(name)) from_value(*member, field, detail::Path{&path, name, 0});
      };
      (read(detail::field_name<T, I>, std::get<I>(fields)), ...);
    }(std::make_index_sequence<detail::field_count<T>>{});
  }
}

/// `value` as a `T`; throws invalid_params with the path of what is wrong.
template <class T>
[[nodiscard]] T from_value(const Value& value) {
  T out{};
  from_value(value, out, detail::Path{});
  return out;
}

template <class T>
T Value::get(T fallback) const {
  if (!is_null()) from_value(*this, fallback, detail::Path{});
  return fallback;
}

/// The JSON Schema of a type.
template <class T>
[[nodiscard]] Value schema() {
  if constexpr (std::same_as<T, Value>) {
    return Value::object();
  } else if constexpr (std::same_as<T, bool>) {
    return detail::schema_of("boolean");
  } else if constexpr (std::is_integral_v<T>) {
    constexpr bool fits = std::in_range<std::int64_t>(std::numeric_limits<T>::max());
    return detail::integer_schema(static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                                  fits ? static_cast<std::int64_t>(std::numeric_limits<T>::max())
                                       : std::numeric_limits<std::int64_t>::max());
  } else if constexpr (std::is_floating_point_v<T>) {
    return detail::schema_of("number");
  } else if constexpr (std::same_as<T, std::string>) {
    return detail::schema_of("string");
  } else if constexpr (std::same_as<T, Bytes>) {
    Value text = detail::schema_of("string");
    text.set("contentEncoding", "base64");
    return text;
  } else if constexpr (detail::ScopedEnum<T>) {
    return detail::enum_schema(detail::enumerators<T>.data(), 32);
  } else if constexpr (detail::IsOptional<T>::value) {
    return detail::schema_or_null(schema<typename T::value_type>());
  } else if constexpr (detail::MapLike<T>) {
    Value map = detail::schema_of("object");
    map.set("additionalProperties", schema<typename T::mapped_type>());
    return map;
  } else if constexpr (detail::VectorLike<T>) {
    Value list = detail::schema_of("array");
    list.set("items", schema<typename T::value_type>());
    return list;
  } else {
    Value properties = Value::object();
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (properties.set(detail::field_name<T, I>, schema<detail::FieldType<T, I>>()), ...);
    }(std::make_index_sequence<detail::field_count<T>>{});
    Value structure = detail::schema_of("object");
    structure.set("properties", std::move(properties));
    return structure;
  }
}

}  // namespace p2p
