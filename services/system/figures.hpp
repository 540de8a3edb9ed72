// Figures: the machine behind the sampler. Texts of /proc and a time go in, one sample comes out; it reads
// nothing and knows no clock.
//
// Percentages speak of the time between the last two ticks. At the first tick, and when the counters have
// jumped back, they speak of the time since boot, and `sample_window_ms` tells.
//
// Threads: one at a time. It allocates only while there are more cores than ever before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <system/api.hpp>

#include "proc_texts.hpp"
#include "text_scan.hpp"

namespace system_service {

struct Sample {
  std::int64_t at_ns = 0;      ///< steady time of the reading
  std::int64_t boot_time = 0;  ///< seconds since the epoch
  SystemMetrics metrics;       ///< without timestamp, sample_age_ms and limits, which belong to a call
};

/// Sums that never fall: when one does, because a counter began anew or an interface went, it stands still
/// instead.
template <std::size_t N>
class NeverFalling {
 public:
  [[nodiscard]] std::array<std::int64_t, N> at(const std::array<std::int64_t, N>& raw) {
    std::array<std::int64_t, N> shown{};
    for (std::size_t i = 0; i < N; ++i) {
      if (raw[i] < last_[i]) lost_[i] = sum(lost_[i], last_[i] - raw[i]);
      last_[i] = raw[i];
      shown[i] = sum(raw[i], lost_[i]);
    }
    return shown;
  }

 private:
  std::array<std::int64_t, N> last_{}, lost_{};
};

class Figures {
 public:
  /// A tick closer than this to the last is passed over: the kernel counts in steps of 10 ms, a shorter
  /// window is noise.
  static constexpr std::int64_t least_window_ns = 100'000'000;

  /// `now_ns` is steady time, which on Linux begins at boot. False when the tick was passed over.
  bool tick(const ProcTexts& texts, std::int64_t now_ns);
  void set_process_count(std::int64_t count) noexcept { sample_.metrics.process_count = count; }

  [[nodiscard]] const Sample& newest() const noexcept { return sample_; }

 private:
  void take_cpu(std::int64_t now_ns);
  [[nodiscard]] const CoreTimes* last_of(std::int64_t core_id, std::size_t& from) const;

  Sample sample_;
  CpuReading now_, last_;
  NeverFalling<9> disks_;
  NeverFalling<8> networks_;
};

}  // namespace system_service
