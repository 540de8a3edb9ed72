// A method as it is declared: its name, what it says of itself, its parameters, and the thunks that start it
// and take out what it gives: by Values for whoever knows only names, by its own types for who has the same.
// SERVICE_METHOD (service.hpp) makes these; generated code may call `declare_method` itself.
//
// No exception but Error leaves the thunks, and none outlives them: an exception of the service's own type
// must be gone before its library is.
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
#include <p2p/detail/fingerprint.hpp>
#include <p2p/stream.hpp>
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

/// The ways into a method and out of it. `start` gives its coroutine, which has not begun, and throws Error;
/// `finish` takes the result of one that has ended, `take` the next item of a stream. A null `result` asks
/// for the error alone.
struct MethodCode {
  using Failure = std::optional<Error>;
  std::uint64_t fingerprint = 0;  ///< of the types that the `_typed` ones move
  detail::Frame (*start)(BaseService&, const MethodInfo&, Value& arguments) = nullptr;
  detail::Frame (*start_typed)(BaseService&, void* arguments) = nullptr;  ///< a std::tuple
  void (*finish)(detail::PromiseBase&, Value* result, Failure&) noexcept = nullptr;
  void (*finish_typed)(detail::PromiseBase&, void* result, Failure&) noexcept = nullptr;  ///< a std::optional
  void (*take)(detail::PromiseBase&, Value& item, Failure&) noexcept = nullptr;           ///< null: no stream
  void (*take_typed)(detail::PromiseBase&, void* item, Failure&) noexcept = nullptr;
  /// Throws the Error that `start` would throw for these arguments, and runs nothing.
  void (*check)(const MethodInfo&, Value& arguments) = nullptr;
};

struct MethodInfo {
  std::string name, description, cache_scope, cache_tags;
  MethodOptions options;  ///< its texts are views into the service's library
  std::vector<Parameter> parameters;
  Value params_schema, result_schema;  ///< of a stream: an array of its items
  MethodCode code;
  void (*check_fallback)(const Value& fallback,
                         std::size_t parameter) = nullptr;  ///< throws when it has the wrong type
};

/// Runs a method to its end as a Task: for tests and hosts, which have no registry. Of a stream, `code.take`
/// has what it gave.
[[nodiscard]] P2P_API Task<Value> call_method(BaseService& service, const MethodInfo& method,
                                              Value arguments);

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
[[nodiscard]] P2P_API Error bad_result();
/// For the empty Task<> of a method, which has nothing to do.
[[nodiscard]] P2P_API Task<> no_work();
P2P_API void put_failure(PromiseBase& promise, std::optional<Error>& failure) noexcept;
/// Whether the coroutine ended with an exception: it is gone then, and `failure` says what it was.
[[nodiscard]] inline bool take_failure(PromiseBase& promise, std::optional<Error>& failure) noexcept {
  if (!promise.error) [[likely]]
    return false;
  put_failure(promise, failure);
  return true;
}

template <class T>
void put_value(T&& result, Value& out, std::optional<Error>& failure) noexcept {
  try {
    out = to_value(std::forward<T>(result));
  } catch (...) {
    failure.emplace(bad_result());
  }
}

struct MethodShape {
  MethodCode code;
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
  static constexpr bool is_task = false, is_stream = false;
};
template <class T>
struct ResultOf<Task<T>> {
  using type = T;
  static constexpr bool is_task = true, is_stream = false;
};
template <class T>
struct ResultOf<Stream<T>> {
  using type = T;
  static constexpr bool is_task = false, is_stream = true;
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
template <auto M>
inline constexpr bool gives_stream = ResultOf<typename MemberFunction<decltype(M)>::Return>::is_stream;

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

/// What becomes of a result, or of an item of a stream, of type T. One for each type, not for each method.
template <class T>
struct Results {
  static void finish(PromiseBase& base, Value* result, std::optional<Error>& failure) noexcept {
    if (take_failure(base, failure) || result == nullptr) return;
    put_value(std::move(*static_cast<Promise<T>&>(base).result), *result, failure);
  }
  static void finish_typed(PromiseBase& base, void* result, std::optional<Error>& failure) noexcept {
    if (take_failure(base, failure) || result == nullptr) return;
    static_cast<std::optional<T>*>(result)->emplace(std::move(*static_cast<Promise<T>&>(base).result));
  }
  static void take(PromiseBase& base, Value& item, std::optional<Error>& failure) noexcept {
    put_value(static_cast<StreamPromise<T>&>(base).take(), item, failure);
  }
  static void take_typed(PromiseBase& base, void* item, std::optional<Error>&) noexcept {
    static_cast<std::optional<T>*>(item)->emplace(static_cast<StreamPromise<T>&>(base).take());
  }
};
template <>
struct Results<void> {
  static void finish(PromiseBase& base, Value*, std::optional<Error>& failure) noexcept {
    (void)take_failure(base, failure);
  }
  static void finish_typed(PromiseBase& base, void*, std::optional<Error>& failure) noexcept {
    (void)take_failure(base, failure);
  }
};

template <auto M, class Arguments>
struct Caller;
template <auto M, class... A>
struct Caller<M, std::tuple<A...>> {
  using Class = typename MemberFunction<decltype(M)>::Class;
  using Return = typename MemberFunction<decltype(M)>::Return;
  using Result = typename ResultOf<Return>::type;
  using Arguments = std::tuple<std::remove_cv_t<A>...>;
  static constexpr bool is_task = ResultOf<Return>::is_task, is_stream = ResultOf<Return>::is_stream;

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

  /// A method that is no coroutine becomes one.
  static Task<Result> plain(Class& self, std::remove_cv_t<A>... values) {
    co_return (self.*M)(std::move(values)...);
  }

  static Frame begin(BaseService& service, Arguments& arguments) {
    auto& self = static_cast<Class&>(service);
    return std::apply(
        [&self](auto&... values) -> Frame {
          if constexpr (is_stream) {
            Stream<Result> stream = (self.*M)(std::move(values)...);
            if (!stream) throw_empty_task();
            return stream.release();
          } else if constexpr (is_task) {
            Task<Result> task = (self.*M)(std::move(values)...);
            if (!task) {
              if constexpr (std::is_void_v<Result>) return no_work().release();
              throw_empty_task();
            }
            return task.release();
          } else {
            return plain(self, std::move(values)...).release();
          }
        },
        arguments);
  }
  static Frame start(BaseService& service, const MethodInfo& method, Value& arguments) {
    try {
      Arguments decoded = decode_all(arguments, method);
      return begin(service, decoded);
    } catch (...) {
      rethrow_as_error();
    }
  }
  static void check_arguments(const MethodInfo& method, Value& arguments) {
    try {
      (void)decode_all(arguments, method);
    } catch (...) {
      rethrow_as_error();
    }
  }
  static Frame start_typed(BaseService& service, void* arguments) {
    try {
      return begin(service, *static_cast<Arguments*>(arguments));
    } catch (...) {
      rethrow_as_error();
    }
  }

  static constexpr MethodCode code() {
    MethodCode code;
    code.start = &start;
    code.start_typed = &start_typed;
    code.check = &check_arguments;
    if constexpr (is_stream) {
      code.fingerprint = types_print<Stream<Result>, std::remove_cv_t<A>...>;
      code.finish = &Results<void>::finish;
      code.finish_typed = &Results<void>::finish_typed;
      code.take = &Results<Result>::take;
      code.take_typed = &Results<Result>::take_typed;
    } else {
      code.fingerprint = types_print<Result, std::remove_cv_t<A>...>;
      code.finish = &Results<Result>::finish;
      code.finish_typed = &Results<Result>::finish_typed;
    }
    return code;
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
    else if constexpr (is_stream)
      return schema<std::vector<Result>>();
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
             {Door::code(), &Door::check_fallback, schemas, optional, &Door::result_schema});
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
