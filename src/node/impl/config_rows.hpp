// How a row of the table of keys is made: from the place of its field in Config, by the field's type. For
// config_keys.cpp alone.
//
//   duration<[](auto& c) -> auto& { return c.scan_interval; }>("services.scan_interval", 1s, 1h)
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "base/units.hpp"
#include "node/config_keys.hpp"

namespace p2p::rows {

[[nodiscard]] inline std::unexpected<Error> refuse(const ConfigKey& key) {
  return fail(Errc::invalid_params, "must be " + wanted_text(key));
}

template <class T>
struct inner {
  using type = T;
};
template <class T>
struct inner<std::optional<T>> {
  using type = T;
};

template <auto at>
bool same(const Config& a, const Config& b) {
  return at(a) == at(b);
}
template <auto at>
void move(Config& from, Config& to) {
  at(to) = std::move(at(from));
}

template <auto at>
constexpr ConfigKey field(std::string_view name, ConfigKind kind) {
  ConfigKey key;
  key.name = name;
  key.kind = kind;
  key.same = &same<at>;
  key.move = &move<at>;
  return key;
}

template <auto at>
constexpr ConfigKey boolean(std::string_view name) {
  ConfigKey key = field<at>(name, ConfigKind::boolean);
  key.read = [](const ConfigKey& self, Config& config, const Value& value) -> Result<void> {
    if (value.kind() != Value::Kind::boolean) return refuse(self);
    at(config) = value.as_bool();
    return {};
  };
  key.get = [](const Config& config) { return Value(at(config)); };
  return key;
}

template <auto at>
constexpr ConfigKey integer(std::string_view name, std::int64_t least, std::int64_t most) {
  ConfigKey key = field<at>(name, ConfigKind::integer);
  key.least = least;
  key.most = most;
  key.read = [](const ConfigKey& self, Config& config, const Value& value) -> Result<void> {
    using T = inner<std::remove_cvref_t<decltype(at(config))>>::type;
    if (value.kind() != Value::Kind::integer) return refuse(self);
    if (value.as_int() < self.least || value.as_int() > self.most) return refuse(self);
    at(config) = static_cast<T>(value.as_int());
    return {};
  };
  key.get = [](const Config& config) {
    if constexpr (requires { at(config).has_value(); })
      return at(config) ? Value(*at(config)) : Value();
    else
      return Value(at(config));
  };
  return key;
}

template <auto at>
constexpr ConfigKey duration(std::string_view name, std::chrono::nanoseconds least,
                             std::chrono::nanoseconds most) {
  ConfigKey key = field<at>(name, ConfigKind::duration);
  key.least = least.count();
  key.most = most.count();
  key.read = [](const ConfigKey& self, Config& config, const Value& value) -> Result<void> {
    using T = std::remove_cvref_t<decltype(at(config))>;
    if (!value.is_string() && value.kind() != Value::Kind::integer) return refuse(self);
    const auto taken = duration_of(value.is_string() ? value.as_string() : std::to_string(value.as_int()));
    if (!taken || taken->count() < self.least || taken->count() > self.most) return refuse(self);
    const auto stored = std::chrono::duration_cast<T>(*taken);
    if (stored != *taken)
      return fail(Errc::invalid_params,
                  "must be whole " + std::string(T::period::den == 1 ? "seconds" : "milliseconds"));
    at(config) = stored;
    return {};
  };
  key.get = [](const Config& config) { return Value(duration_text(at(config))); };
  return key;
}

template <auto at>
constexpr ConfigKey size(std::string_view name, std::int64_t least, std::int64_t most) {
  ConfigKey key = field<at>(name, ConfigKind::size);
  key.least = least;
  key.most = most;
  key.read = [](const ConfigKey& self, Config& config, const Value& value) -> Result<void> {
    if (!value.is_string() && value.kind() != Value::Kind::integer) return refuse(self);
    const auto taken = size_of(value.is_string() ? value.as_string() : std::to_string(value.as_int()));
    if (!taken || std::cmp_less(*taken, self.least) || std::cmp_greater(*taken, self.most))
      return refuse(self);
    at(config) = static_cast<std::size_t>(*taken);
    return {};
  };
  key.get = [](const Config& config) { return Value(size_text(at(config))); };
  return key;
}

template <auto at>
constexpr ConfigKey text(std::string_view name, bool (*fits)(std::string_view), std::string_view wanted) {
  ConfigKey key = field<at>(name, ConfigKind::text);
  key.wanted = wanted;
  key.fits = fits;
  key.read = [](const ConfigKey& self, Config& config, const Value& value) -> Result<void> {
    if (!value.is_string() || !self.fits(value.as_string())) return refuse(self);
    at(config) = value.as_string();
    return {};
  };
  key.get = [](const Config& config) { return at(config).empty() ? Value() : Value(at(config)); };
  return key;
}

/// One of the words "a|b|c", which `of` turns into the field's type and `name_of` back.
template <auto at, auto of, auto name_of>
constexpr ConfigKey word(std::string_view name, std::string_view words) {
  ConfigKey key = field<at>(name, ConfigKind::text);
  key.wanted = words;
  key.read = [](const ConfigKey& self, Config& config, const Value& value) -> Result<void> {
    if (!value.is_string()) return refuse(self);
    const auto taken = of(value.as_string());
    if (!taken) return refuse(self);
    at(config) = *taken;
    return {};
  };
  key.get = [](const Config& config) { return Value(name_of(at(config))); };
  return key;
}

template <auto at>
constexpr ConfigKey list(std::string_view name, bool (*fits)(std::string_view), std::string_view wanted) {
  constexpr std::size_t most_items = 256;
  ConfigKey key = field<at>(name, ConfigKind::list);
  key.wanted = wanted;
  key.fits = fits;
  key.least = 0;
  key.most = most_items;
  key.read = [](const ConfigKey& self, Config& config, const Value& value) -> Result<void> {
    if (!value.is_array() || std::cmp_less(value.size(), self.least) || value.size() > most_items)
      return refuse(self);
    std::vector<std::string> items;
    for (const Value& item : value.as_array()) {
      if (!item.is_string() || !self.fits(item.as_string())) return refuse(self);
      items.push_back(item.as_string());
    }
    at(config) = std::move(items);
    return {};
  };
  key.get = [](const Config& config) {
    Value items = Value::array();
    for (const std::string& item : at(config)) items.push_back(item);
    return items;
  };
  return key;
}

}  // namespace p2p::rows
