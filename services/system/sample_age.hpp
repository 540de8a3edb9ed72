// SampleAge: whether the sampler keeps up. Older than three intervals, a sample is late: that is worth one
// line in the log, until a fresh one has come.
//
// Threads: one at a time.
#pragma once

#include <cstdint>

namespace system_service {

class SampleAge {
 public:
  enum class Says { fresh, late, late_for_the_first_time };

  Says look(std::int64_t age_ms, std::int64_t interval_ms) noexcept {
    const bool late = age_ms > 3 * interval_ms;
    const bool first = late && !late_;
    late_ = late;
    return first ? Says::late_for_the_first_time : late ? Says::late : Says::fresh;
  }

 private:
  bool late_ = false;
};

}  // namespace system_service
