// AuditReader: pages of the audit log, the newest record first, over the file and those put aside by
// rotation. It looks at records as they lie there; whether their chain is whole is for verify_audit_log.
// Where a chain was broken and begun anew, the records before the break are in the file that the record
// `audit.broken` names, and not here.
//
// Threads: any; it blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace p2p {

struct AuditPageQuery {
  std::uint64_t before = ~std::uint64_t{0};  ///< records with a lower number
  std::size_t limit = 100;
  std::string
      text{};  ///< only records that hold it, in any case of its letters; in small letters; empty: all
};

struct AuditPage {
  std::vector<std::string> lines;  ///< JSON objects, the newest first
  std::uint64_t next = 0;          ///< `before` of the next page, 0 when there is none
  std::uint64_t newest = 0;        ///< number of the newest record of all
};

/// Looks at records of at most `budget` bytes in all: a page that looks for rare text may be short and yet
/// have a next one. not_found when a file cannot be read.
[[nodiscard]] Result<AuditPage> read_audit_page(const std::filesystem::path& file,
                                                const AuditPageQuery& query,
                                                std::size_t budget = 64 * 1024 * 1024);

}  // namespace p2p
