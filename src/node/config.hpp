// Config: everything that can be set on a node. cli fills it from flags and the environment; the defaults are
// here and nowhere else (setup.md, section 4, has what turning each costs).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/secret.hpp"

namespace p2p {

struct Config {
  std::string role = "coordinator";   ///< or "worker"
  std::string address = "127.0.0.1";  ///< node.address: loopback only in this version
  std::optional<std::uint16_t>
      port;               ///< node.port: 8001, a worker the first free one of 8002 to 8101; 0: any
  std::string node_id;    ///< node.id: <role>-<port>
  std::string state_dir;  ///< node.state_dir; filled by cli
  std::chrono::seconds drain_timeout{10};                   ///< node.drain_timeout: running calls at the end
  std::vector<std::string> coordinators{"127.0.0.1:8001"};  ///< join.coordinators, of a worker

  std::string services_dir = "./services";             ///< services.dir
  std::string compiler = "clang++-19";                 ///< services.compiler
  std::chrono::milliseconds scan_interval{60'000};     ///< services.scan_interval: the fallback of inotify
  std::chrono::milliseconds compile_timeout{120'000};  ///< services.compile_timeout
  std::string sdk_include, sdk_library;                ///< where the SDK is; beside the program

  std::optional<Secret> jwt_secret;  ///< JWT_SECRET_KEY: tokens are HS256; else Ed25519 keys of the state dir
  std::chrono::seconds token_ttl{24 * 3600};         ///< auth.token_ttl
  bool local_trust = true;                           ///< auth.local_trust
  std::string redis_url = "redis://localhost:6379";  ///< cache.redis_url; read now, used by the cache later

  LogLevel log_level = LogLevel::info;
  Log::Format log_format = Log::Format::text;
  std::string log_file;  ///< empty: stderr
  int ready_fd = -1;     ///< one line of JSON goes there when the node serves
};

}  // namespace p2p
