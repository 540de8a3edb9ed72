// DiskUsage: what is known of each mount, and which of them to ask next. It asks nobody itself: a few workers
// take a mount with `next`, ask it on the pool, and bring what they heard.
//
// A mount that hangs keeps its worker and the pool's thread for as long as the kernel pleases. So there are
// two workers at most, a mount that still owes an answer is not asked again, and at the end of a round
// whoever has not answered is stale: its last figures stand, and its name is shown.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <system/api.hpp>

namespace system_service {

class DiskUsage {
 public:
  static constexpr std::size_t most_workers = 2;

  /// A round over `mounts`. What is not among them any more is forgotten.
  void begin_round(const std::vector<std::string>& mounts);
  /// True when another worker may begin; it says `worker_left` when it ends.
  [[nodiscard]] bool worker_wanted();
  void worker_left() noexcept { --workers_; }

  /// The next mount to ask; none when the round has no more.
  [[nodiscard]] std::optional<std::string> next();
  /// What `mount` said; nothing when it refused, and then nothing is shown of it.
  void answered(const std::string& mount, std::optional<DiskSpace> space);
  /// It was not asked after all.
  void not_asked(const std::string& mount);

  /// True while someone may still answer in time.
  [[nodiscard]] bool waiting() const;
  /// How many answers there have been: grows while the round gets on.
  [[nodiscard]] std::size_t answers() const noexcept { return answers_; }
  void end_round();

  [[nodiscard]] std::map<std::string, DiskSpace> usage() const;
  [[nodiscard]] std::vector<std::string> stale_mounts() const;

 private:
  struct Mount {
    std::optional<DiskSpace> space;
    bool listed = true, asked = false, stale = false;
  };

  std::map<std::string, Mount> mounts_;
  std::deque<std::string> queue_;
  std::size_t workers_ = 0, answers_ = 0;
};

}  // namespace system_service
