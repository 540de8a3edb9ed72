// Local trust: may POST /auth/token be served without any credential? Only to a process of our own user on
// this machine, which could trace or replace the node anyhow. Six conditions keep out everybody else: other
// users, web pages in a browser here, strangers behind a local proxy (security.md, section 3).
//
// Pure judgement over facts. Who owns the socket, the caller asked the kernel; the headers pass through
// `see_header`, so that one given twice cannot hide behind its first value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "base/result.hpp"

namespace p2p {

struct LocalTrustFacts {
  bool enabled = true;                                                  ///< auth.local_trust
  bool listeners_loopback = false;                                      ///< every listener of the process
  bool client_loopback = false;                                         ///< getpeername
  bool server_loopback = false;                                         ///< getsockname
  Result<uid_t> socket_owner = fail(Errc::not_found, "nobody looked");  ///< of the client's socket
  uid_t own_uid = 0;
  std::string_view listen_address;  ///< where the request arrived, an IP address without brackets
  std::uint16_t port = 0;

  /// Takes what concerns local trust from one header of the request. Call it for each header, in order.
  void see_header(std::string_view name, std::string_view value);

  std::string_view host, origin, fetch_site, content_type;  ///< values; the last one seen
  std::string_view forwarding;                              ///< name of the first forwarding header
  std::string_view repeated;                                ///< name of a header above that stood there twice
};

/// Nothing, or unauthenticated with the first condition that failed as `hint`.
[[nodiscard]] Result<void> judge_local_trust(const LocalTrustFacts& facts);

}  // namespace p2p
