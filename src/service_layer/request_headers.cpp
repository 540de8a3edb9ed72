#include "service_layer/request_headers.hpp"

namespace p2p {

RequestHeaders RequestHeaders::read(std::span<const HttpField> fields) noexcept {
  RequestHeaders headers;
  const auto take = [](const HttpField& field, std::string_view name, std::string_view& place) {
    if (same_ignoring_case(field.name, name)) place = field.value;
  };
  for (const HttpField& field : fields) {
    switch (field.name.size()) {  // so that most names are compared with nothing
      case 4:
        if (same_ignoring_case(field.name, "host")) {
          headers.host_repeated = !headers.host.empty();
          headers.host = field.value;
        }
        break;
      case 6:
        take(field, "accept", headers.accept);
        take(field, "origin", headers.origin);
        break;
      case 11: take(field, "traceparent", headers.traceparent); break;
      case 12:
        take(field, "content-type", headers.content_type);
        take(field, "x-p2p-target", headers.target);
        break;
      case 13:
        if (same_ignoring_case(field.name, "authorization")) {
          headers.authorization_repeated = headers.authorization_repeated || !headers.authorization.empty();
          headers.authorization = field.value;
        }
        take(field, "x-p2p-timeout", headers.timeout);
        take(field, "if-none-match", headers.if_none_match);
        break;
      case 15:
        take(field, "accept-encoding", headers.accept_encoding);
        if (same_ignoring_case(field.name, "idempotency-key")) {
          headers.idempotency_key_repeated = headers.idempotency_key_given;
          headers.idempotency_key_given = true;
          headers.idempotency_key = field.value;
        }
        break;
      case 16: take(field, "content-encoding", headers.content_encoding); break;
      default: break;
    }
  }
  return headers;
}

}  // namespace p2p
