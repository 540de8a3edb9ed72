// Config: everything that can be set on a node. cli fills it from flags, the environment and files; the
// defaults are here (or in the struct of the folder concerned) and nowhere else. What each field is called
// outside, and what turning it costs: config_keys.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "net/http_limits.hpp"

namespace p2p {

/// What the built-in service `system` may do.
struct SystemConfig {
  std::chrono::milliseconds sample_interval{1'000};
  bool execute = true;
  std::chrono::seconds execute_timeout_max{60};
  std::size_t output_max = 256 * 1024;
  std::vector<std::string> services_allow;
  std::string processes_kill = "own";  ///< or "any", "none"
};

struct Config {
  std::string role = "coordinator";   ///< or "worker"; the command's business, no key
  std::string address = "127.0.0.1";  ///< loopback only in this version
  std::optional<std::uint16_t> port;  ///< none: 8001, a worker the first free one of 8002 to 8101; 0: any
  std::string advertise;              ///< host[:port]; empty: where it listens
  std::string node_id;                ///< empty: <role>-<port>
  std::map<std::string, std::string> tags;
  int threads = 1;
  std::string state_dir;                                    ///< filled by cli
  std::chrono::milliseconds drain_timeout{10'000};          ///< running calls at the end
  std::vector<std::string> coordinators{"127.0.0.1:8001"};  ///< of a worker
  std::chrono::milliseconds join_timeout{0};                ///< 0: it looks for them for ever

  std::string services_dir = "./services";
  std::string compiler = "clang++-19";
  std::chrono::milliseconds scan_interval{60'000};  ///< the fallback of inotify
  bool watch = true;
  std::chrono::milliseconds compile_timeout{120'000};
  int compile_jobs = 1;
  std::string sdk_include, sdk_library;  ///< where the SDK is; beside the program

  std::string secret_file;             ///< where `jwt_secret` was read from, if from a file that a key names
  std::optional<Secret> jwt_secret;    ///< tokens are HS256; else Ed25519 keys of the state dir
  std::optional<Secret> jwt_previous;  ///< verifies only, while the secret is changed
  std::chrono::seconds token_ttl{24 * 3600};
  bool local_trust = true;
  std::string redis_url = "redis://localhost:6379";  ///< read and checked now, used by the cache later

  HttpLimits http;
  std::vector<std::string> allowed_origins;  ///< of pages elsewhere that may call this node from a browser
  std::chrono::milliseconds call_timeout{30'000};  ///< of a method that says nothing
  std::size_t max_in_flight = 1024;
  json::Limits json;

  LogLevel log_level = LogLevel::info;
  Log::Format log_format = Log::Format::text;
  std::string log_file;           ///< empty: stderr
  std::size_t log_ring = 10'000;  ///< lines

  bool metrics = true;  ///< whether GET /metrics answers
  SystemConfig system;
  std::string audit_file;  ///< empty: audit.jsonl in the node's folder of the state dir
  int ready_fd = -1;       ///< one line of JSON goes there when the node serves; a flag only

  /// Key -> "flag --port", "env P2P_NODE_PORT", "/etc/p2p_admin/config.toml:3". A default has none.
  std::map<std::string, std::string, std::less<>> origins;
  /// Key -> the value, as text, that a file has by now and only a restart brings.
  std::map<std::string, std::string, std::less<>> after_restart;
  /// What the log shall be told once it is open: a variable that looks like a setting and is none.
  std::vector<std::string> notes;
};

}  // namespace p2p
