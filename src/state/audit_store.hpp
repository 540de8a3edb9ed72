// AuditStore: the bytes under the audit log, so that a test can let the disk fail. AuditFile is the real one.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "state/descriptor.hpp"

namespace p2p {

class AuditStore {
 public:
  AuditStore() = default;
  AuditStore(const AuditStore&) = delete;
  AuditStore& operator=(const AuditStore&) = delete;
  virtual ~AuditStore() = default;

  /// Writes at the end. After a failure some of `bytes` may stand there: `cut` takes them away.
  [[nodiscard]] virtual Result<void> append(std::string_view bytes) = 0;
  /// What was appended is on the disk.
  [[nodiscard]] virtual Result<void> sync() = 0;
  /// Opens the file anew and shortens it to `size` bytes.
  [[nodiscard]] virtual Result<void> cut(std::uint64_t size) = 0;
  /// Puts the file aside under a name with `date` and goes on with an empty one.
  [[nodiscard]] virtual Result<void> rotate(std::string_view date) = 0;
  /// Goes on with a new file when somebody has put the one that was written elsewhere; true when it did.
  [[nodiscard]] virtual Result<bool> renew() = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

class AuditFile final : public AuditStore {
 public:
  /// Makes the file when it is missing. unavailable when it is not ours alone or another process writes to
  /// it.
  [[nodiscard]] static Result<std::unique_ptr<AuditFile>> open(std::filesystem::path path);

  [[nodiscard]] Result<void> append(std::string_view bytes) override;
  [[nodiscard]] Result<void> sync() override;
  [[nodiscard]] Result<void> cut(std::uint64_t size) override;
  [[nodiscard]] Result<void> rotate(std::string_view date) override;
  [[nodiscard]] Result<bool> renew() override;
  [[nodiscard]] std::uint64_t size() const override { return size_; }

 private:
  explicit AuditFile(std::filesystem::path path) : path_(std::move(path)) {}
  [[nodiscard]] Result<void> reopen();

  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

/// fsync of the directory that holds `path`, so that a new or changed name stays.
[[nodiscard]] Result<void> sync_parent(const std::filesystem::path& path);

/// A free name beside `path`: "audit-<word>-0001.jsonl" for "audit.jsonl".
[[nodiscard]] std::filesystem::path aside_name(const std::filesystem::path& path, std::string_view word);

}  // namespace p2p
