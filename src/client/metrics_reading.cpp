#include "client/metrics_reading.hpp"

#include <charconv>
#include <limits>

namespace p2p {
namespace {

std::optional<double> number(std::string_view text) {
  if (text == "+Inf" || text == "Inf") return std::numeric_limits<double>::infinity();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

/// `a="b",c="d"}` up to the brace, taken from the front of `text`; false when it does not end.
bool take_labels(std::string_view& text, MetricsReading::Labels& labels) {
  while (!text.empty() && text.front() != '}') {
    const auto equals = text.find("=\"");
    if (equals == text.npos) return false;
    const std::string name(text.substr(0, equals));
    text.remove_prefix(equals + 2);
    std::string value;
    for (; !text.empty() && text.front() != '"'; text.remove_prefix(1)) {
      if (text.front() == '\\' && text.size() > 1) {
        text.remove_prefix(1);
        value += text.front() == 'n' ? '\n' : text.front();
      } else {
        value += text.front();
      }
    }
    if (text.empty()) return false;
    text.remove_prefix(1);
    if (text.starts_with(',')) text.remove_prefix(1);
    labels.insert_or_assign(name, std::move(value));
  }
  if (text.empty()) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

MetricsReading MetricsReading::parse(std::string_view text) {
  MetricsReading reading;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty() || line.front() == '#') continue;
    Sample sample;
    sample.name = line.substr(0, line.find_first_of("{ "));
    line.remove_prefix(sample.name.size());
    if (line.starts_with('{')) {
      line.remove_prefix(1);
      if (!take_labels(line, sample.labels)) continue;
    }
    while (line.starts_with(' ')) line.remove_prefix(1);
    const auto value = number(line.substr(0, line.find(' ')));
    if (!value) continue;
    sample.value = *value;
    reading.samples_.push_back(std::move(sample));
  }
  return reading;
}

std::optional<double> MetricsReading::sum(std::string_view name, const Labels& labels) const {
  std::optional<double> sum;
  for (const Sample& sample : samples_) {
    bool fits = sample.name == name;
    for (const auto& [label, value] : labels) {
      const auto found = sample.labels.find(label);
      fits = fits && found != sample.labels.end() && found->second == value;
    }
    if (fits) sum = sum.value_or(0) + sample.value;
  }
  return sum;
}

std::optional<double> MetricsReading::quantile(std::string_view name, double share) const {
  const std::string bucket = std::string(name) + "_bucket";
  std::map<double, double> buckets;  // upper bound -> counted up to there
  for (const Sample& sample : samples_) {
    const auto bound = sample.name == bucket ? sample.labels.find("le") : sample.labels.end();
    if (bound == sample.labels.end()) continue;
    if (const auto upper = number(bound->second)) buckets[*upper] += sample.value;
  }
  if (buckets.empty() || buckets.rbegin()->second <= 0) return std::nullopt;
  const double wanted = share * buckets.rbegin()->second;
  double below = 0, counted = 0;
  for (const auto& [upper, count] : buckets) {
    if (count >= wanted && upper == std::numeric_limits<double>::infinity()) return below;
    if (count >= wanted)
      return below + (upper - below) * (count > counted ? (wanted - counted) / (count - counted) : 1);
    below = upper;
    counted = count;
  }
  return below;
}

}  // namespace p2p
