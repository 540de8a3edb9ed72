// A method as it is declared: its name, what it says of itself, its parameters, and the thunk that turns a
// Value of arguments into a C++ call and the result into a Value. SERVICE_METHOD (service.hpp) makes these;
// generated code may call `declare_method` itself.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <p2p/convert.hpp>
#include <p2p/detail/declaration.hpp>
#include <p2p/task.hpp>
#include <p2p/value.hpp>

namespace p2p {

class BaseService;
struct MethodInfo;

struct Parameter {
  std::string name;
  std::string fallback_text;  ///< JSON, as written in the declaration
  bool has_fallback = false;
  bool optional = false;  ///< may be absent without a default
  bool secret = false;    ///< logs and audit show ***
  Value fallback;         ///< the node fills it from the text when it loads the service
};

using Thunk = Task<Value> (*)(BaseService& service, const MethodInfo& method, Value arguments);

struct MethodInfo {
  std::string name, description, cache_scope, cache_tags;
  MethodOptions options;  ///< its texts are views into the service's library
  std::vector<Parameter> parameters;
  Value params_schema, result_schema;
  Thunk call = nullptr;
  void (*check_fallback)(const Value& fallback,
                         std::size_t parameter) = nullptr;  ///< throws when it has the wrong type
};

namespace detail {

/// Collects what is wrong with the arguments of one call, so that the caller learns of all of it at once.
class P2P_API Problems {
 public:
  /// In a catch block: the error of the parameter `name`.
  void add_current(const Parameter& parameter, const Value* got);
  void add_missing(const Parameter& parameter);
  void check_unknown(const Value& arguments, const MethodInfo& method);
  /// Throws invalid_params with all of them, if there are any.
  void raise() const;

 private:
  Value list_;
};

/// In a catch block: throws what was caught as an Error, so that no type of a service leaves its library.
[[noreturn]] P2P_API void rethrow_as_error();
/// In a catch block: the Error that says that the result is what no Value can hold.
[[noreturn]] P2P_API void rethrow_bad_result();

template <class T>
Value result_to_value(T&& result) {
  try {
    return to_value(std::forward<T>(result));
  } catch (...) {
    rethrow_bad_result();
  }
}

struct MethodShape {
  Thunk call;
  void (*check_fallback)(const Value&, std::size_t);
  Value (*const* parameter_schemas)();
  const bool* optional;
  Value (*result_schema)();
};
P2P_API void add_method(BaseService& service, const char* name, const MethodOptions& options,
                        const ParameterText* texts, std::size_t count, const MethodShape& shape);

template <class T>
struct ResultOf {
  using type = T;
  static constexpr bool is_task = false;
};
template <class T>
struct ResultOf<Task<T>> {
  using type = T;
  static constexpr bool is_task = true;
};

template <class>
struct MemberFunction;
template <class C, class R, class... A>
struct MemberFunction<R (C::*)(A...)> {
  using Class = C;
  using Return = R;
  using Arguments = std::tuple<A...>;
  static constexpr std::size_t arity = sizeof...(A);
  static constexpr bool by_value = (!std::is_reference_v<A> && ...) && (!std::is_pointer_v<A> && ...) &&
                                   (!std::same_as<A, std::string_view> && ...);
};
template <class C, class R, class... A>
struct MemberFunction<R (C::*)(A...) const> : MemberFunction<R (C::*)(A...)> {};
template <class C, class R, class... A>
struct MemberFunction<R (C::*)(A...) noexcept> : MemberFunction<R (C::*)(A...)> {};
template <class C, class R, class... A>
struct MemberFunction<R (C::*)(A...) const noexcept> : MemberFunction<R (C::*)(A...)> {};

template <auto M>
inline constexpr std::size_t arity_of = MemberFunction<decltype(M)>::arity;
template <auto M>
inline constexpr bool takes_values = MemberFunction<decltype(M)>::by_value;

template <class T>
struct ParameterTravels {
  static_assert(travels<T>(),
                "p2p: a parameter of this type cannot travel (bool, numbers, string, Bytes, enum class, "
                "optional, vector, map with string keys, Value, plain structs)");
};
template <class T>
struct ResultTravels {
  static_assert(
      std::is_void_v<T> || travels<T>(),
      "p2p: a result of this type cannot travel (bool, numbers, string, Bytes, enum class, optional, vector, "
      "map with string keys, Value, plain structs)");
};

template <class T>
void decode(Value& arguments, const Parameter& parameter, T& out, std::size_t& found, Problems& problems) {
  Value* given =
      const_cast<Value*>(arguments.find(parameter.name));  // NOLINT: `arguments` is ours and not const
  if (given != nullptr) ++found;
  const Value* source = given != nullptr ? given : parameter.has_fallback ? &parameter.fallback : nullptr;
  if (source == nullptr) {
    if constexpr (!IsOptional<T>::value) problems.add_missing(parameter);
    return;
  }
  try {
    if constexpr (std::same_as<T, Value>) {
      if (given != nullptr)
        out = std::move(*given);
      else
        out = *source;
    } else {
      from_value(*source, out, Path{nullptr, parameter.name, 0});
    }
  } catch (...) {
    problems.add_current(parameter, source);
  }
}

template <auto M, class Arguments>
struct Caller;
template <auto M, class... A>
struct Caller<M, std::tuple<A...>> {
  using Class = typename MemberFunction<decltype(M)>::Class;
  using Return = typename MemberFunction<decltype(M)>::Return;
  using Result = typename ResultOf<Return>::type;
  using Arguments = std::tuple<std::remove_cv_t<A>...>;

  static Arguments decode_all(Value& arguments, const MethodInfo& method) {
    Arguments decoded{};
    if constexpr (sizeof...(A) > 0) {
      Problems problems;
      std::size_t found = 0;
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (decode(arguments, method.parameters[I], std::get<I>(decoded), found, problems), ...);
      }(std::index_sequence_for<A...>{});
      if (found < arguments.size()) problems.check_unknown(arguments, method);
      problems.raise();
    } else if (arguments.size() > 0) {
      Problems problems;
      problems.check_unknown(arguments, method);
      problems.raise();
    }
    return decoded;
  }

  static Task<Value> call(BaseService& service, const MethodInfo& method, Value arguments) {
    try {
      Arguments decoded = decode_all(arguments, method);
      auto& self = static_cast<Class&>(service);
      auto invoke = [&self](auto&... values) { return (self.*M)(std::move(values)...); };
      if constexpr (ResultOf<Return>::is_task) {
        Return task = std::apply(invoke, decoded);
        if constexpr (std::is_void_v<Result>) {
          co_await task;
          co_return Value();
        } else {
          co_return result_to_value(co_await task);
        }
      } else if constexpr (std::is_void_v<Result>) {
        std::apply(invoke, decoded);
        co_return Value();
      } else {
        co_return result_to_value(std::apply(invoke, decoded));
      }
    } catch (...) {
      rethrow_as_error();
    }
  }

  template <class T>
  static void check(const Value& fallback) {
    (void)from_value<T>(fallback);
  }
  static void check_fallback(const Value& fallback, std::size_t parameter) {
    static constexpr void (*checks[])(const Value&) = {&check<std::remove_cv_t<A>>..., nullptr};
    checks[parameter](fallback);
  }
  static Value result_schema() {
    if constexpr (std::is_void_v<Result>)
      return schema_of("null");
    else
      return schema<Result>();
  }
};

template <auto M, class... A>
void declare(BaseService& service, const char* name, const MethodOptions& options, const ParameterText* texts,
             std::tuple<A...>*) {
  using Door = Caller<M, std::tuple<A...>>;
  [[maybe_unused]] std::tuple<ParameterTravels<std::remove_cv_t<A>>...> parameters_travel;
  [[maybe_unused]] ResultTravels<typename Door::Result> result_travels;
  static constexpr Value (*schemas[])() = {&schema<std::remove_cv_t<A>>..., nullptr};
  static constexpr bool optional[] = {IsOptional<std::remove_cv_t<A>>::value..., false};
  add_method(service, name, options, texts, sizeof...(A),
             {&Door::call, &Door::check_fallback, schemas, optional, &Door::result_schema});
}

}  // namespace detail

/// Declares the member function `M` of `service` as a method: what SERVICE_METHOD does, as a function.
template <auto M, std::size_t N>
void declare_method(BaseService& service, const char* name, const MethodOptions& options,
                    const std::array<detail::ParameterText, N>& texts) {
  using Function = detail::MemberFunction<decltype(M)>;
  if constexpr (N == Function::arity && Function::by_value)
    detail::declare<M>(service, name, options, texts.data(),
                       static_cast<typename Function::Arguments*>(nullptr));
}

}  // namespace p2p
