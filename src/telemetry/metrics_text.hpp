// MetricsText: figures collected for one answer of GET /metrics, as Prometheus text 0.0.4. prometheus-cpp
// writes the text; what is counted, and where, is not its business.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/call_stats.hpp"
#include "telemetry/histogram.hpp"

namespace p2p {

class MetricsText {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  MetricsText();
  MetricsText(const MetricsText&) = delete;
  MetricsText& operator=(const MetricsText&) = delete;
  ~MetricsText();

  /// A sample of a family, which begins with its first one. Names of counters end in _total.
  void counter(std::string_view family, std::string_view help, double value, Labels labels = {});
  void gauge(std::string_view family, std::string_view help, double value, Labels labels = {});
  void histogram(std::string_view family, std::string_view help, const Histogram& values, Labels labels = {});
  /// `timed` calls by the bounds of CallStats, in seconds.
  void durations(std::string_view family, std::string_view help, const CallStats::Method& figures,
                 Labels labels);

  /// process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds, process_max_fds,
  /// process_start_time_seconds, process_virtual_memory_bytes, from /proc/self.
  void process();

  [[nodiscard]] std::string text() const;
  /// The same as OpenMetrics 1.0: families of counters are named without _total, and the text says where it
  /// ends.
  [[nodiscard]] std::string open_metrics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2p
