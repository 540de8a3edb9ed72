// OrReason: a value, or the FailureReason that says why the service cannot have it. What every step of
// bringing a service in returns.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "framework/failure_reason.hpp"

namespace p2p {

template <class T>
using OrReason = std::expected<T, FailureReason>;

/// `return refuse("load", "no EXPORT_SERVICE", "my_service/my.so");` `file` is relative to the services
/// folder.
[[nodiscard]] inline std::unexpected<FailureReason> refuse(std::string step, std::string message,
                                                           std::string file = {}) {
  return std::unexpected(FailureReason{std::move(step), std::move(message), std::move(file), 0, 0, {}});
}
[[nodiscard]] inline std::unexpected<FailureReason> refuse(FailureReason reason) {
  return std::unexpected(std::move(reason));
}

}  // namespace p2p
