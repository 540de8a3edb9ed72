#include <p2p/error.hpp>

namespace p2p {

Error::Error(Errc code, std::string message, Value detail)
    : code_(code), message_(std::move(message)), detail_(std::move(detail)) {}

// Out of line, so that the virtual table and the type information are in this library alone.
Error::Error(const Error& other) = default;
Error::Error(Error&& other) noexcept = default;
Error& Error::operator=(const Error& other) = default;
Error& Error::operator=(Error&& other) noexcept = default;
Error::~Error() = default;

Error& Error::with(std::string_view key, Value value) & {
  detail_.set(key, std::move(value));
  return *this;
}

Error&& Error::with(std::string_view key, Value value) && {
  detail_.set(key, std::move(value));
  return std::move(*this);
}

std::string_view errc_name(Errc code) noexcept {
  switch (code) {
    case Errc::parse_error: return "parse_error";
    case Errc::invalid_request: return "invalid_request";
    case Errc::method_not_found: return "method_not_found";
    case Errc::service_not_found: return "service_not_found";
    case Errc::invalid_params: return "invalid_params";
    case Errc::internal: return "internal";
    case Errc::method_failed: return "method_failed";
    case Errc::unauthenticated: return "unauthenticated";
    case Errc::forbidden: return "forbidden";
    case Errc::node_not_found: return "node_not_found";
    case Errc::node_unreachable: return "node_unreachable";
    case Errc::timeout: return "timeout";
    case Errc::overloaded: return "overloaded";
    case Errc::draining: return "draining";
    case Errc::conflict: return "conflict";
    case Errc::too_large: return "too_large";
    case Errc::cancelled: return "cancelled";
    case Errc::rate_limited: return "rate_limited";
    case Errc::unavailable: return "unavailable";
    case Errc::audit_unavailable: return "audit_unavailable";
    case Errc::not_found: return "not_found";
    case Errc::method_not_allowed: return "method_not_allowed";
    case Errc::not_acceptable: return "not_acceptable";
    case Errc::request_timeout: return "request_timeout";
    case Errc::unsupported_media_type: return "unsupported_media_type";
    case Errc::uri_too_long: return "uri_too_long";
    case Errc::headers_too_large: return "headers_too_large";
    case Errc::wrong_host: return "wrong_host";
    case Errc::upgrade_required: return "upgrade_required";
    case Errc::tls_required: return "tls_required";
  }
  return "internal";  // a number from a newer SDK
}

}  // namespace p2p
