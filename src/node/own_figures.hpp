// OwnFigures: how busy this machine is, as the built-in service read it last. It keeps them as gauges, so
// nobody has to be called for them.
//
// Threads: the main loop's.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.hpp"
#include "framework/service_cells.hpp"

namespace p2p {

struct OwnFigures {
  double cpu_percent = 0, memory_percent = 0;
  std::chrono::milliseconds age{0};

  /// Nothing before the first sample.
  [[nodiscard]] static std::optional<OwnFigures> read(const ServiceCells& cells, Instant now);
};

}  // namespace p2p
