// AuditLog: the record of who did what, on disk before it is acknowledged (security.md, section 11).
//
// Records go through a bounded queue to a writer thread of its own, since an fsync takes milliseconds. One
// fsync serves all records that waited for it. `on_done(true)` means: on the disk, whatever happens to the
// machine. `on_done(false)` means: not recorded; the action must be answered with audit_unavailable. When the
// disk works again, the log goes on by itself and says how many records it lost.
//
// Threads:  `append` and `deny` from any; `on_done` runs on the executor. `stop` once, by the owner.
// Lifetime: executor, clock and log outlive it. Its end writes what is queued; callbacks are posted still.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "state/audit_record.hpp"
#include "state/audit_resume.hpp"
#include "state/audit_writer.hpp"
#include "state/denial_fold.hpp"

namespace p2p {

enum class Durability {
  soon,  ///< written at once, fsync within `AuditSettings::group`
  now,   ///< fsync as soon as the writer can: before the answer to an admin
};

struct AuditSettings {
  std::string node;                             ///< the node's id, in every record
  std::chrono::milliseconds group{50};          ///< longer spares fsyncs, and a power cut takes more
  std::uint64_t file_bytes = 64 * 1024 * 1024;  ///< then the file is put aside
  std::size_t queue_records = 10'000;           ///< waiting for the disk; one more fails at once
  std::size_t queue_bytes = 16 * 1024 * 1024;
};

struct AuditCounters {
  std::uint64_t written = 0;  ///< on the disk
  std::uint64_t failed = 0;   ///< answered false, or lost
  std::uint64_t folded = 0;   ///< denials counted instead of written
};

class AuditLog {
 public:
  using OnDone = std::move_only_function<void(bool)>;

  /// Opens or makes `file` and continues its chain. unavailable when it cannot be: the program does not
  /// start.
  [[nodiscard]] static Result<std::unique_ptr<AuditLog>> open(const std::filesystem::path& file,
                                                              AuditSettings settings, Executor& executor,
                                                              const Clock& clock, Log& log);

  /// With a store of one's own: what `open` uses, and tests.
  AuditLog(AuditSettings settings, std::unique_ptr<AuditStore> store, AuditStart start, Executor& executor,
           const Clock& clock, Log& log);
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  ~AuditLog();

  /// `on_done` is called exactly once, never inside this call; it may be empty.
  void append(AuditRecord record, Durability durability, OnDone on_done = {});

  /// A refused request: decision "deny", folded to one record a second for each address and `outcome`.
  void deny(AuditRecord record);

  /// Whether the last attempt to write worked. It turns true again without anybody's doing: an unwritable log
  /// is tried every second.
  [[nodiscard]] bool writable() const noexcept { return writable_.load(std::memory_order_relaxed); }
  [[nodiscard]] AuditCounters counters() const noexcept;

  /// When the file was put elsewhere by hand (logrotate), what follows goes into a new one; the chain goes on
  /// in it. The writer does so before the next record.
  void reopen();

  /// Writes what is queued and ends the thread. Records that come later fail.
  void stop();

 private:
  struct Item {
    std::string body;
    std::string date;
    Durability durability = Durability::soon;
    OnDone on_done;
    bool is_gap_note = false;
  };

  [[nodiscard]] Item item(const AuditRecord& record, Durability durability, OnDone on_done) const;
  [[nodiscard]] bool take(Item& item);  // under mutex_
  void run();
  void wait(std::unique_lock<std::mutex>& held);
  void step(std::vector<Item> batch, bool last);
  [[nodiscard]] bool write(std::vector<Item>& batch);
  void sync();
  [[nodiscard]] bool renew();
  [[nodiscard]] Item moved_note() const;
  void refuse(std::vector<Item> items, const Error& error);
  void finish(std::vector<Item> items, bool worked);
  void add_gap_note(std::vector<Item>& batch);

  const AuditSettings settings_;
  Executor& executor_;
  const Clock& clock_;
  Log& log_;
  std::atomic<bool> writable_{true};
  std::atomic<std::uint64_t> written_{0}, failed_{0}, folded_{0};

  std::mutex mutex_;  // guards the next six
  std::condition_variable wake_;
  std::vector<Item> queue_;
  std::size_t queued_bytes_ = 0;
  DenialFold fold_;
  bool stopping_ = false, reopening_ = false;

  // The writer thread's own.
  AuditWriter writer_;
  std::vector<Item> unsynced_;
  Instant unsynced_since_{};
  std::uint64_t lost_ = 0;  // records that nobody was told about, since the log last worked

  std::thread thread_;
};

}  // namespace p2p
