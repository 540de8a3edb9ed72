// What doctor asks of other programs and servers: the compiler and its linker, Redis. Each question is
// bounded in time; what is missing is a warning where a node does without it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/doctor/report.hpp"
#include "net/loop.hpp"

namespace p2p {

/// `program --version`, and lld, without which it cannot link.
void check_compiler(Loop& loop, const std::string& program, DoctorReport& report);

/// What a program wrote that was run to its end, at most ten seconds; not_found when there is none.
[[nodiscard]] Result<std::string> output_of(Loop& loop, std::vector<std::string> command);

/// A PING over TCP or a socket; with TLS only whether somebody listens.
void check_redis(const std::string& url, DoctorReport& report);

/// redis://user:pass@host:port/db taken apart. invalid_params for what is no such address.
struct RedisAddress {
  std::string host = "localhost", user, password;
  std::string socket;  ///< of unix://; else empty
  std::uint16_t port = 6379;
  bool tls = false;

  /// Without user and password: fit for a screen.
  [[nodiscard]] std::string text() const;
};
[[nodiscard]] Result<RedisAddress> read_redis_url(std::string_view url);

}  // namespace p2p
