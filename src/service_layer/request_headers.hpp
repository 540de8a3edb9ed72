// RequestHeaders: the headers that the API reads, found in one pass over a request.
#pragma once

#include <span>
#include <string_view>

#include "net/http_head.hpp"

namespace p2p {

struct RequestHeaders {
  std::string_view host, authorization, content_type, content_encoding, traceparent, target, timeout, accept;
  std::string_view origin, accept_encoding, if_none_match, idempotency_key;
  bool host_repeated = false, authorization_repeated = false;
  bool idempotency_key_given = false, idempotency_key_repeated = false;

  [[nodiscard]] static RequestHeaders read(std::span<const HttpField> fields) noexcept;
};

}  // namespace p2p
