// AuditRecord: who did what, as one JSON line of the audit log, and the chain that makes a change visible:
// each record holds the hash of the one before and of itself (security.md, section 11).
//
//   {"seq":1042,"ts":"...","node":"...",...,"trace_id":"...","prev":"<hash of 1041>","hash":"<SHA-256 of the
//   rest>"}
//
// The hash is over the text of the line without its last member, so nobody has to agree on how to print JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace p2p {

struct AuditRecord {
  std::string actor;  ///< the token's subject
  std::string role;
  std::string amr;
  std::string jti;     ///< the log keeps the first 8 characters
  std::string peer;    ///< "127.0.0.1:51422"
  std::string action;  ///< "rpc", "token.issue", ...
  std::string object;  ///< "system/execute_command@worker-8002"
  std::string params_sha256;
  std::optional<Value> params;     ///< where the method says so
  std::string decision = "allow";  ///< "allow", "deny"
  std::string outcome = "ok";      ///< "ok", or why not
  std::uint64_t ms = 0;
  std::string trace_id;
  std::uint64_t count = 0;  ///< of denials folded into this record

  /// Sets the digest and, when `whole`, the params themselves (without those beyond 64 KiB).
  void set_params(const Value& given, bool whole);
};

/// A place in the chain: the record just written. The beginning is number 0 with zeros.
struct AuditLink {
  std::uint64_t seq = 0;
  std::string hash = std::string(64, '0');
};

/// The members of a record between `seq` and `prev`, as JSON text. Texts are cut at 1 KiB.
[[nodiscard]] std::string audit_body(const AuditRecord& record, std::string_view node, WallTime time);

/// The line, with its line feed, of the record that follows `link`; moves `link` to it.
[[nodiscard]] std::string seal_audit(std::string_view body, AuditLink& link);

/// What a sealed line says of the chain.
struct AuditSeal {
  AuditLink link;
  std::string prev;
  std::string date;  ///< "20261122"
};

/// Reads a line without its line feed. invalid_params with the reason when it is not as it was sealed.
[[nodiscard]] Result<AuditSeal> read_audit_line(std::string_view line);

}  // namespace p2p
