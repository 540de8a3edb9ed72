// Where a node listens: the port it was told, its role's, or for a worker the first that is free.
#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "net/http_server.hpp"
#include "node/config.hpp"

namespace p2p {

/// Binds `server` before any loop runs: the port of `config`, else 8001 for a coordinator, else the first
/// free one of 8002 to 8101. Blocks up to 2 s for a port that a killed node may hold for a moment; after that
/// `conflict`, which names who has it.
[[nodiscard]] Result<Endpoint> listen_on(HttpServer& server, const Config& config, const Clock& clock,
                                         Log& log);

}  // namespace p2p
