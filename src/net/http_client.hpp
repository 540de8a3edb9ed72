// http_get: asks a node from inside a loop, once, on a connection of its own. Small on purpose: no TLS, no
// keep-alive, no redirects; peers speak over links of their own.
//
// Threads: the loop's own.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "net/loop.hpp"

namespace p2p {

struct HttpClientAnswer {
  int status = 0;
  std::string body;
};

using HttpClientDone = std::move_only_function<void(Result<HttpClientAnswer>)>;

/// GET `target` from `server`. `done` runs once, from the top of the loop: with the answer whatever its
/// status, with node_unreachable and the cause ("connection refused"), with `timeout`, with too_large when
/// the body is over 1 MiB, or with parse_error when what came is no HTTP answer.
void http_get(Loop& loop, const Endpoint& server, std::string target, std::chrono::milliseconds timeout,
              HttpClientDone done);

}  // namespace p2p
