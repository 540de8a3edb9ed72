// AuditWriter: seals records into the chain and puts them into the store; rotates; and when the disk fails,
// goes back to what is surely on it, so that the next attempt continues the chain as if nothing had been.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "state/audit_resume.hpp"
#include "state/audit_store.hpp"

namespace p2p {

class AuditWriter {
 public:
  /// A file is put aside at `file_bytes` and when the day (UTC) changes.
  AuditWriter(std::unique_ptr<AuditStore> store, AuditLink link, std::string date, std::uint64_t file_bytes);

  /// Writes these bodies (audit_body), all or none. After a failure everything since the last `sync` is gone.
  /// `date` is today's.
  [[nodiscard]] Result<void> write(std::span<const std::string> bodies, std::string_view date);

  /// Puts on the disk what was written. After a failure everything since the last `sync` is gone.
  [[nodiscard]] Result<void> sync();

  /// AuditStore::renew, with what was written on the disk before; the chain goes on.
  [[nodiscard]] Result<bool> renew();

  [[nodiscard]] const AuditLink& link() const noexcept { return link_; }

 private:
  [[nodiscard]] Result<void> recover();
  [[nodiscard]] Result<void> rotate_if_due(std::string_view date);
  [[nodiscard]] Result<void> give_up(Result<void> failure);

  std::unique_ptr<AuditStore> store_;
  AuditLink link_, synced_link_;
  std::uint64_t synced_size_;
  std::string date_;
  std::uint64_t file_bytes_;
  bool damaged_ = false;  // the file may hold more than synced_size_
};

}  // namespace p2p
