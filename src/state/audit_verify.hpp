// Verifies an audit log: finds the first record that was changed, taken out, put in or moved. A cut-off end
// is not found by the chain alone; that is for the signed checkpoints of a later stage.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "state/audit_record.hpp"

namespace p2p {

struct AuditBreak {
  std::string file;
  std::uint64_t line = 0;  ///< from 1
  std::string reason;
};

struct AuditVerdict {
  std::uint64_t records = 0;  ///< sound ones before the break
  AuditLink last;             ///< of the last sound one
  std::optional<AuditBreak> broken;
};

/// The records of one file, which follow `after`. unavailable when it cannot be read.
[[nodiscard]] Result<AuditVerdict> verify_audit(const std::filesystem::path& file, AuditLink after = {});

/// The whole log: files put aside by rotation, oldest first, then `path` itself.
[[nodiscard]] Result<AuditVerdict> verify_audit_log(const std::filesystem::path& path);

}  // namespace p2p
