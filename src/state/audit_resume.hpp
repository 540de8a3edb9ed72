// How the audit log goes on after a start: finds the end of the chain in the file, or in the newest one put
// aside.
//
// A last line that is torn (the process was killed while it wrote) is moved into a file of its own beside the
// log; a last line that is whole but was changed makes the whole file be put aside and the chain begin anew.
// Neither is lost, and a record says what happened. An acknowledged record is never torn.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "state/audit_record.hpp"

namespace p2p {

struct AuditStart {
  AuditLink link;
  std::string date;                ///< of the last record in the file, "20261122"; empty for an empty file
  std::vector<AuditRecord> notes;  ///< to be written first
};

[[nodiscard]] Result<AuditStart> resume_audit(const std::filesystem::path& path);

/// Files put aside by rotation, oldest first.
[[nodiscard]] std::vector<std::filesystem::path> rotated_audit_files(const std::filesystem::path& path);

}  // namespace p2p
