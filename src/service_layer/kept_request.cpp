#include "service_layer/kept_request.hpp"

namespace p2p {

KeptRequest::KeptRequest(const Request& request)
    : method_(request.http.method),
      path_(request.http.path),
      accept_encoding_(request.headers.accept_encoding),
      if_none_match_(request.headers.if_none_match),
      client_(*request.http.client),
      server_(*request.http.server),
      request_{.http = http_, .headers = {}} {
  http_.method = method_;
  http_.path = path_;
  http_.client = &client_;
  http_.server = &server_;
  request_.headers.accept_encoding = accept_encoding_;
  request_.headers.if_none_match = if_none_match_;
  request_.route = request.route;
  request_.caller = request.caller;
  request_.trace = request.trace;
  request_.span = request.span;
  request_.started = request.started;
}

}  // namespace p2p
