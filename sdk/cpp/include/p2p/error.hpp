// Error: how a call says that it did not work. The codes are the ones of the error table; what each means
// over HTTP, in JSON-RPC and for the command line stands in the node (src/model/error_table.hpp).
//
// Its virtual functions and type information live in libp2psdk.so, so it may be thrown in one library and
// caught in another, and outlives the library that threw it.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include <p2p/value.hpp>

namespace p2p {

enum class Errc : int {
  // of calls
  parse_error,
  invalid_request,
  method_not_found,
  service_not_found,
  invalid_params,
  internal,
  method_failed,  ///< the method raised
  unauthenticated,
  forbidden,
  node_not_found,
  node_unreachable,
  timeout,
  overloaded,
  draining,
  conflict,
  too_large,
  cancelled,
  rate_limited,
  unavailable,  ///< the service failed to load, crashed in the call, restarts, or waits for something
  audit_unavailable,
  // of HTTP only
  not_found,
  method_not_allowed,
  not_acceptable,
  request_timeout,
  unsupported_media_type,
  uri_too_long,
  headers_too_large,
  wrong_host,
  upgrade_required,
  tls_required,
};

class P2P_API Error : public std::exception {
 public:
  /// `message` is a sentence for people; `detail` an object with what programs may want to know, such as
  /// `errors` (a list of wrong parameters), `hint`, `node_id`, `retry_after` (seconds), `reason`.
  Error(Errc code, std::string message, Value detail = {});
  Error(const Error& other);
  Error(Error&& other) noexcept;
  Error& operator=(const Error& other);
  Error& operator=(Error&& other) noexcept;
  ~Error() override;

  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  [[nodiscard]] Errc code() const noexcept { return code_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const Value& detail() const noexcept { return detail_; }

  /// Adds a member to `detail`; returns this error, to be written in one line.
  Error& with(std::string_view key, Value value) &;
  Error&& with(std::string_view key, Value value) &&;

 private:
  Errc code_;
  std::string message_;
  Value detail_;
};

/// The name an error has everywhere: "method_not_found".
[[nodiscard]] P2P_API std::string_view errc_name(Errc code) noexcept;

}  // namespace p2p
