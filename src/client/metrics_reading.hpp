// MetricsReading: the figures of GET /metrics (Prometheus text 0.0.4), as one looked at them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace p2p {

class MetricsReading {
 public:
  using Labels = std::map<std::string, std::string, std::less<>>;

  /// Lines that are no samples are passed over.
  [[nodiscard]] static MetricsReading parse(std::string_view text);

  /// The sum of all samples of `name` that have these labels; none when there is no such sample.
  [[nodiscard]] std::optional<double> sum(std::string_view name, const Labels& labels = {}) const;

  /// The value below which `share` (0 to 1) of what the histogram `name` has counted lies, over all its
  /// labels, estimated within its bucket; none when it has counted nothing.
  [[nodiscard]] std::optional<double> quantile(std::string_view name, double share) const;

 private:
  struct Sample {
    std::string name;
    Labels labels;
    double value = 0;
  };
  std::vector<Sample> samples_;
};

}  // namespace p2p
