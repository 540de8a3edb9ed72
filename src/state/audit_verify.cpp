#include "state/audit_verify.hpp"

#include <fstream>
#include <system_error>

#include "state/audit_resume.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

/// Why `line` is not the record after `last`; empty when it is.
std::string wrong(const Result<AuditSeal>& seal, const AuditLink& last, bool torn) {
  if (torn) return "the last line is torn";
  if (!seal) return seal.error().message();
  if (seal->link.seq != last.seq + 1) {
    return "record " + std::to_string(seal->link.seq) + " stands where " + std::to_string(last.seq + 1) +
           " belongs";
  }
  if (seal->prev != last.hash) return "the record before it is another one";
  return {};
}

}  // namespace

Result<AuditVerdict> verify_audit(const fs::path& file, AuditLink after) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Errc::unavailable, file.native() + ": cannot be read");
  AuditVerdict verdict{.records = 0, .last = std::move(after), .broken = {}};
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    const auto seal = read_audit_line(line);
    const std::string reason = wrong(seal, verdict.last, in.eof());
    if (!reason.empty()) {
      verdict.broken = AuditBreak{.file = file.native(), .line = number, .reason = reason};
      return verdict;
    }
    verdict.last = seal->link;
    ++verdict.records;
  }
  return verdict;
}

Result<AuditVerdict> verify_audit_log(const fs::path& path) {
  auto files = rotated_audit_files(path);
  std::error_code error;
  if (fs::exists(path, error) || files.empty()) files.push_back(path);
  AuditVerdict all;
  for (const fs::path& file : files) {
    auto one = verify_audit(file, all.last);
    if (!one) return one;
    one->records += all.records;
    all = std::move(*one);
    if (all.broken) break;
  }
  return all;
}

}  // namespace p2p
