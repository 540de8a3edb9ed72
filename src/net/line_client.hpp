// ask_lines: puts one question to a server that answers in lines (Redis, SMTP, ...) and takes the first lines
// of what comes back: whether somebody is there, and who. For commands that look once; nothing is kept open.
//
// Threads: any. Blocks, at most `timeout`.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/result.hpp"

namespace p2p {

struct LineQuestion {
  std::string_view text;                   ///< as it goes out
  std::size_t lines = 1;                   ///< so many are waited for
  std::chrono::milliseconds timeout{500};  ///< in all
};

/// Fewer lines when the server closes. node_unreachable with the cause, or `timeout`.
[[nodiscard]] Result<std::string> ask_lines(const Endpoint& server, const LineQuestion& question);
/// The same over a socket in the file system.
[[nodiscard]] Result<std::string> ask_lines(const std::string& socket_path, const LineQuestion& question);

}  // namespace p2p
