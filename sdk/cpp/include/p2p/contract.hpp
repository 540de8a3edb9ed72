// A typed contract: what one service promises, for the services that call it.
//
//   struct System : p2p::Contract {                                        // services/system/api.hpp
//     static constexpr std::string_view SERVICE_NAME = "system";
//     p2p::Method<"get_system_info()", SystemInfo()> get_system_info{this};
//   };
//   System system = proxy.contract<System>();   auto info = co_await system.get_system_info();
//
// Arguments and results travel as Values by field name, so both sides may be of different age.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <p2p/detail/declaration.hpp>
#include <p2p/proxy.hpp>
#include <p2p/task.hpp>

namespace p2p {

class Contract {
 public:
  void bind(BaseService& caller, std::string_view service, std::string_view selector) {
    caller_ = &caller;
    service_ = service;
    selector_ = selector;
  }
  [[nodiscard]] Call call(std::string_view method, Value arguments) const {
    return SimpleLocalProxy(*caller_)[service_].on(selector_)[method](std::move(arguments));
  }

 private:
  BaseService* caller_ = nullptr;
  std::string_view service_;
  std::string selector_;
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
  Task<R> operator()(A... arguments) const { return run(contract(), std::move(arguments)...); }

 private:
  static constexpr std::string_view text = Declaration.view();
  static constexpr std::string_view name = detail::trim(text.substr(0, text.find('(')));
  static constexpr std::size_t named = detail::count_parameters(text.substr(text.find('(')));
  static_assert(named == sizeof...(A),
                "p2p: this Method names another number of parameters than its function type has");

  static Task<R> run(const Contract* contract, A... arguments) {
    static constexpr auto texts = detail::parse_parameters<sizeof...(A)>(text.substr(text.find('(')));
    Value object;
    [[maybe_unused]] std::size_t i = 0;
    ((object.set(texts[i].name, to_value(std::move(arguments))), ++i), ...);
    Call call = contract->call(name, std::move(object));
    if constexpr (std::is_void_v<R>)
      (void)co_await call;
    else
      co_return from_value<R>(co_await call);
  }

  [[nodiscard]] const Contract* contract() const noexcept {
    return reinterpret_cast<const Contract*>(reinterpret_cast<const char*>(this) + to_contract_);
  }

  std::ptrdiff_t to_contract_;  // a distance, so that a copied contract calls through itself
};

}  // namespace p2p
