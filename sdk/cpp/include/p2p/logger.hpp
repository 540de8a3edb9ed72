// Logger: `logger.info("CPU {:.1f}%, job {}", cpu, id, "port"_a = 8080);`
//
// The braces are checked while the service is compiled; formatting happens in libp2psdk.so, and only when the
// level is on. The line's logger is `Service.<name>`. Arguments written "name"_a are fields: they stand
// behind the text as `port=8080`, and are members of their own in a JSON log. In the constructor of a service
// nothing is written yet.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include <p2p/detail/runtime.hpp>
#include <p2p/proxy.hpp>

namespace p2p {

class BaseService;

namespace detail {

struct LogArgument {
  enum class Kind : std::uint8_t { integer, natural, real, boolean, text } kind;
  union {
    std::int64_t integer;
    std::uint64_t natural;
    double real;
    bool boolean;
    std::string_view text;
  };
  template <class T>
    requires(!std::same_as<std::remove_cvref_t<T>, LogArgument>)
  LogArgument(const T& value) noexcept {  // NOLINT
    if constexpr (std::same_as<T, bool>) {
      kind = Kind::boolean;
      boolean = value;
    } else if constexpr (std::is_floating_point_v<T>) {
      kind = Kind::real;
      real = static_cast<double>(value);
    } else if constexpr (std::is_enum_v<T>) {
      kind = Kind::integer;
      integer = static_cast<std::int64_t>(value);
    } else if constexpr (std::unsigned_integral<T>) {
      kind = Kind::natural;
      natural = value;
    } else if constexpr (std::integral<T>) {
      kind = Kind::integer;
      integer = value;
    } else {
      kind = Kind::text;
      text = std::string_view(value);
    }
  }
};

inline void error_too_few_arguments_for_the_braces_of_this_log_line() {}
inline void error_too_many_arguments_for_the_braces_of_this_log_line() {}
inline void error_unbalanced_braces_in_this_log_line() {}

consteval std::size_t count_braces(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{' && text[i] != '}') continue;
    if (i + 1 < text.size() && text[i + 1] == text[i]) {
      ++i;
      continue;
    }
    if (text[i] == '}') error_unbalanced_braces_in_this_log_line();
    i = text.find('}', i);
    if (i == text.npos) error_unbalanced_braces_in_this_log_line();
    ++count;
  }
  return count;
}

template <class... A>
struct LogText {
  template <class S>
  consteval LogText(const S& source) : text(source) {  // NOLINT(google-explicit-constructor)
    constexpr std::size_t plain = (0 + ... + (std::same_as<std::remove_cvref_t<A>, Named> ? 0 : 1));
    const std::size_t braces = count_braces(text);
    if (braces > plain) error_too_few_arguments_for_the_braces_of_this_log_line();
    if (braces < plain) error_too_many_arguments_for_the_braces_of_this_log_line();
  }
  std::string_view text;
};

}  // namespace detail

class P2P_API Logger {
 public:
  explicit Logger(BaseService& service) : service_(&service) {}

  template <class... A>
  void debug(detail::LogText<std::type_identity_t<A>...> text, A&&... values) {
    write(LogSeverity::debug, text.text, values...);
  }
  template <class... A>
  void info(detail::LogText<std::type_identity_t<A>...> text, A&&... values) {
    write(LogSeverity::info, text.text, values...);
  }
  template <class... A>
  void warning(detail::LogText<std::type_identity_t<A>...> text, A&&... values) {
    write(LogSeverity::warn, text.text, values...);
  }
  template <class... A>
  void error(detail::LogText<std::type_identity_t<A>...> text, A&&... values) {
    write(LogSeverity::error, text.text, values...);
  }
  [[nodiscard]] bool enabled(LogSeverity level) const noexcept;

 private:
  template <class... A>
  void write(LogSeverity level, std::string_view text, A&... values) {
    if (!enabled(level)) return;
    detail::LogArgument arguments[sizeof...(A) + 1] = {argument(values)..., detail::LogArgument(0)};
    LogField storage[sizeof...(A) + 1] = {};
    std::size_t plain = 0, named = 0;
    const auto sort = [&]<class T>(T& value, std::size_t index) {
      if constexpr (std::same_as<std::remove_cvref_t<T>, Named>) {
        storage[named] = {value.name, value.value};
        ++named;
      } else {
        arguments[plain++] = arguments[index];
      }
    };
    [[maybe_unused]] std::size_t index = 0;
    (sort(values, index++), ...);
    format(level, text, arguments, plain, storage, named);
  }
  template <class T>
  static detail::LogArgument argument(const T& value) {
    if constexpr (std::same_as<T, Named>)
      return detail::LogArgument(0);
    else
      return detail::LogArgument(value);
  }
  void format(LogSeverity level, std::string_view text, const detail::LogArgument* arguments,
              std::size_t count, const LogField* fields, std::size_t field_count);

  BaseService* service_;
};

}  // namespace p2p
