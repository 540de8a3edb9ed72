#include "node/own_figures.hpp"

namespace p2p {

std::optional<OwnFigures> OwnFigures::read(const ServiceCells& cells, Instant now) {
  const auto system = cells.all().find("system");
  if (system == cells.all().end()) return std::nullopt;
  OwnFigures figures;
  std::chrono::milliseconds at{0};
  system->second.each([&](const ServiceCells::Named& one) {
    const auto value = __atomic_load_n(&one.cell.value, __ATOMIC_RELAXED);
    if (one.name == "cpu_percent_hundredths") figures.cpu_percent = static_cast<double>(value) / 100;
    if (one.name == "memory_percent_hundredths") figures.memory_percent = static_cast<double>(value) / 100;
    if (one.name == "sampled_at_monotonic_ms") at = std::chrono::milliseconds(value);
  });
  if (at.count() == 0) return std::nullopt;
  figures.age = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()) - at;
  return figures;
}

}  // namespace p2p
