// KillRules: which processes terminate_process may touch. Pure: what is known of a process goes in, the
// reason against it comes out.
#pragma once

#include <cstdint>
#include <optional>

#include <p2p/error.hpp>

#include "process_texts.hpp"

namespace system_service {

/// system.processes_kill
enum class KillScope {
  own,  ///< of the node's own user
  any,
  none,
};

struct KillRules {
  KillScope scope = KillScope::own;
  std::int64_t own_uid = 0;
  std::int64_t node_pid = 0;
};

/// Who it is that is to get the signal.
struct Suspect {
  ProcessStat stat;
  std::int64_t real_uid = 0;
  double create_time = 0;
};

/// Why `suspect` gets no signal. `wanted_create_time` is what the caller takes it for.
[[nodiscard]] std::optional<p2p::Error> reason_to_spare(const Suspect& suspect, const KillRules& rules,
                                                        std::optional<double> wanted_create_time);

}  // namespace system_service
