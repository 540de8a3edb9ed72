// A typed contract: what one service promises, for the services that call it.
//
//   struct System : p2p::Contract {                                        // <system/api.hpp>
//     static constexpr std::string_view SERVICE_NAME = "system";
//     p2p::Method<"get_system_info()", SystemInfo()> get_system_info{this};
//   };
//   System system = proxy.contract<System>();   auto info = co_await system.get_system_info();
//
// When the callee is in this process and its types are the same (detail/fingerprint.hpp), arguments and
// result are moved across as they are. Otherwise they travel as Values by field name, so both sides may be of
// different age; the author never sees the difference except in time. A method is looked up once, and again
// after each change of the registry; a contract holds nothing of the callee's library.
//
// `p2p::Method<"tail(file)", p2p::Stream<Line>(std::string)>` reads a stream: the call gives a StreamReader.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <p2p/detail/declaration.hpp>
#include <p2p/detail/fingerprint.hpp>
#include <p2p/proxy.hpp>

namespace p2p {

class Contract {
 public:
  void bind(BaseService& caller, std::string_view service, std::string_view selector) {
    caller_ = &caller;
    service_ = service;
    selector_ = selector;
  }

  // For its Methods.
  [[nodiscard]] BaseService& caller() const noexcept { return *caller_; }
  [[nodiscard]] std::string_view service() const noexcept { return service_; }
  [[nodiscard]] std::string_view selector() const noexcept { return selector_; }

 private:
  BaseService* caller_ = nullptr;
  std::string_view service_;
  std::string selector_;
};

/// A call of a contract's Method; the contract stays where it is meanwhile.
template <class R, class... A>
class [[nodiscard("a call does nothing until it is co_await'ed")]] TypedCall {
 public:
  TypedCall(const Contract& contract, std::string_view method, detail::Resolved& resolved,
            const detail::TypedShape& shape, A... arguments)
      : runtime_(runtime_of(contract.caller())),
        pending_(contract.service(), method, contract.selector(), Value(), {}),
        arguments_(std::move(arguments)...) {
    pending_.resolved = &resolved;
    pending_.typed = &shape;
    pending_.given = &arguments_;
    pending_.taken = &result_;
  }
  TypedCall(const TypedCall&) = delete;
  TypedCall& operator=(const TypedCall&) = delete;
  ~TypedCall() {
    if (pending_.record != nullptr) runtime_.drop_call(pending_);
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> awaiter) {
    return runtime_.start_call(pending_, awaiter.promise().context, awaiter);
  }
  R await_resume() {
    runtime_.finish_call(pending_);
    if (pending_.error) detail::throw_error(pending_);
    if constexpr (!std::is_void_v<R>) {
      if (pending_.as_values) return detail::result_as<R>(pending_);
      return std::move(*result_);
    }
  }

 private:
  // A template, since BaseService is not complete here.
  template <class Service>
  static detail::Runtime& runtime_of(Service& service) {
    return service.runtime();
  }

  detail::Runtime& runtime_;
  detail::PendingCall pending_;
  std::tuple<A...> arguments_;
  std::optional<std::conditional_t<std::is_void_v<R>, bool, R>> result_;
};

/// A stream of a contract's Method, with the arguments it will begin with.
template <class T, class... A>
class TypedStream : public StreamReader<T> {
 public:
  TypedStream(const Contract& contract, std::string_view method, detail::Resolved& resolved,
              const detail::TypedShape& shape, A... arguments)
      : StreamReader<T>(contract.caller(), contract.service(), method, contract.selector(), Value(), {}),
        arguments_(std::move(arguments)...) {
    this->pending_.resolved = &resolved;
    this->pending_.typed = &shape;
    this->pending_.given = &arguments_;
  }

 private:
  std::tuple<A...> arguments_;
};

namespace detail {
template <std::size_t N>
struct Literal {
  char text[N]{};
  consteval Literal(const char (&source)[N]) {  // NOLINT(google-explicit-constructor)
    for (std::size_t i = 0; i < N; ++i) text[i] = source[i];
  }
  [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
};
}  // namespace detail

template <detail::Literal Declaration, class F>
class Method;

template <detail::Literal Declaration, class R, class... A>
class Method<Declaration, R(A...)> {
 public:
  explicit Method(const Contract* contract)
      : to_contract_(reinterpret_cast<const char*>(contract) - reinterpret_cast<const char*>(this)) {}
  auto operator()(A... arguments) const {
    if constexpr (detail::IsStream<R>::value)
      return TypedStream<typename R::value_type, A...>(*contract(), name, resolved_, shape,
                                                       std::move(arguments)...);
    else
      return TypedCall<R, A...>(*contract(), name, resolved_, shape, std::move(arguments)...);
  }

 private:
  static constexpr std::string_view text = Declaration.view();
  static constexpr std::string_view name = detail::trim(text.substr(0, text.find('(')));
  static constexpr std::size_t named = detail::count_parameters(text.substr(text.find('(')));
  static_assert(named == sizeof...(A),
                "p2p: this Method names another number of parameters than its function type has");
  static constexpr auto texts = detail::parse_parameters<sizeof...(A)>(text.substr(text.find('(')));

  static void to_object([[maybe_unused]] void* tuple, [[maybe_unused]] Value& object) {
    if constexpr (sizeof...(A) > 0)
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        auto& arguments = *static_cast<std::tuple<A...>*>(tuple);
        (object.set(texts[I].name, to_value(std::move(std::get<I>(arguments)))), ...);
      }(std::index_sequence_for<A...>{});
  }
  static constexpr detail::TypedShape shape = {[] {
                                                 std::uint64_t print =
                                                     detail::types_print<R, std::remove_cv_t<A>...>;
                                                 for (const detail::ParameterText& parameter : texts)
                                                   print = detail::with_name(print, parameter.name);
                                                 return print;
                                               }(),
                                               &to_object};

 public:
  /// What the callee's must be for values to be moved.
  static constexpr std::uint64_t fingerprint = shape.fingerprint;

 private:
  [[nodiscard]] const Contract* contract() const noexcept {
    return reinterpret_cast<const Contract*>(reinterpret_cast<const char*>(this) + to_contract_);
  }

  mutable detail::Resolved resolved_;
  std::ptrdiff_t to_contract_;  // a distance, so that a copied contract calls through itself
};

}  // namespace p2p
