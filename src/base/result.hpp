// Result: a value, or the Error that says why there is none. The return type of whatever can fail.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include <p2p/error.hpp>

namespace p2p {

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(Errc::not_found, "no service nope");` wherever a Result is returned.
[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string message, Value detail = {}) {
  return std::unexpected<Error>(Error(code, std::move(message), std::move(detail)));
}
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

}  // namespace p2p
