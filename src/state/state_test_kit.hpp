// For tests: a folder that goes away, a clock set by hand, an executor run by hand, and a disk that fails on
// demand.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "state/audit_store.hpp"

namespace p2p::test_state {

class TempFolder {
 public:
  TempFolder() {
    std::string name = testing::TempDir() + "/p2p_state_XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = std::filesystem::path(name).lexically_normal();
  }
  ~TempFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void put(const std::filesystem::path& file, std::string_view text, mode_t mode = 0600) {
  std::ofstream(file, std::ios::binary) << text;
  ::chmod(file.c_str(), mode);
}

inline mode_t mode_of(const std::filesystem::path& path) {
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
}

class TestClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return Instant(std::chrono::nanoseconds(steady_.load())); }
  [[nodiscard]] Instant coarse_now() const override { return now(); }
  [[nodiscard]] WallTime wall() const override { return WallTime(std::chrono::nanoseconds(wall_.load())); }
  void advance(std::chrono::nanoseconds step) {
    steady_ += step.count();
    wall_ += step.count();
  }

 private:
  std::atomic<std::int64_t> steady_{1'000'000'000};
  std::atomic<std::int64_t> wall_{1'795'326'813'178'000'000};  // 2026-11-22T05:53:33.178Z
};

/// Jobs run in `run_until` only, on the test's thread.
class HandExecutor final : public Executor {
 public:
  explicit HandExecutor(const Clock& clock) : clock_(clock) {}

  void post(Job job) override {
    const std::unique_lock held(mutex_);
    jobs_.push_back(std::move(job));
    wake_.notify_one();
  }
  TimerId post_at(Instant, Job) override { return 1; }
  void cancel(TimerId) override {}
  [[nodiscard]] bool run_blocking_for(BlockingFor, Job) override { return false; }
  [[nodiscard]] bool on_loop() const override { return true; }
  [[nodiscard]] const Clock& clock() const override { return clock_; }

  /// False when `wanted` is not true after half a minute.
  template <class Wanted>
  [[nodiscard]] bool run_until(Wanted wanted) {
    while (!wanted()) {
      std::unique_lock held(mutex_);
      if (!wake_.wait_for(held, std::chrono::seconds(30), [&] { return !jobs_.empty(); })) return false;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      held.unlock();
      job();
    }
    return true;
  }

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
};

/// What the disk is to do; shared with the store that does it.
struct Disk {
  std::atomic<bool> full{false};  // append writes a part and fails
  std::atomic<bool> sync_fails{false};
  std::atomic<bool> cut_fails{false};
  std::atomic<int> syncs{0};
};

class FailingStore final : public AuditStore {
 public:
  FailingStore(std::unique_ptr<AuditStore> real, std::shared_ptr<Disk> disk)
      : real_(std::move(real)), disk_(std::move(disk)) {}

  [[nodiscard]] Result<void> append(std::string_view bytes) override {
    if (!disk_->full) return real_->append(bytes);
    if (auto part = real_->append(bytes.substr(0, bytes.size() / 2)); !part) return part;
    return fail(Errc::unavailable, "No space left on device");
  }
  [[nodiscard]] Result<void> sync() override {
    ++disk_->syncs;
    if (disk_->sync_fails) return fail(Errc::unavailable, "Input/output error");
    return real_->sync();
  }
  [[nodiscard]] Result<void> cut(std::uint64_t size) override {
    if (disk_->cut_fails) return fail(Errc::unavailable, "Read-only file system");
    return real_->cut(size);
  }
  [[nodiscard]] Result<void> rotate(std::string_view date) override { return real_->rotate(date); }
  [[nodiscard]] Result<bool> renew() override { return real_->renew(); }
  [[nodiscard]] std::uint64_t size() const override { return real_->size(); }

 private:
  std::unique_ptr<AuditStore> real_;
  std::shared_ptr<Disk> disk_;
};

}  // namespace p2p::test_state
