#include "telemetry/metrics_text.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

namespace p2p {

struct MetricsText::Impl {
  std::vector<prometheus::MetricFamily> families;
  std::map<std::string, std::size_t, std::less<>> index;

  prometheus::ClientMetric& sample(std::string_view name, std::string_view help, prometheus::MetricType type,
                                   MetricsText::Labels labels) {
    const auto [place, made] = index.try_emplace(std::string(name), families.size());
    if (made) families.push_back({std::string(name), std::string(help), type, {}});
    prometheus::ClientMetric& metric = families[place->second].metric.emplace_back();
    for (auto& [label, value] : labels) metric.label.push_back({std::move(label), std::move(value)});
    return metric;
  }
};

MetricsText::MetricsText() : impl_(std::make_unique<Impl>()) {}
MetricsText::~MetricsText() = default;

void MetricsText::counter(std::string_view family, std::string_view help, double value, Labels labels) {
  impl_->sample(family, help, prometheus::MetricType::Counter, std::move(labels)).counter.value = value;
}

void MetricsText::gauge(std::string_view family, std::string_view help, double value, Labels labels) {
  impl_->sample(family, help, prometheus::MetricType::Gauge, std::move(labels)).gauge.value = value;
}

void MetricsText::histogram(std::string_view family, std::string_view help, const Histogram& values,
                            Labels labels) {
  auto& histogram =
      impl_->sample(family, help, prometheus::MetricType::Histogram, std::move(labels)).histogram;
  histogram.sample_count = values.count();
  histogram.sample_sum = values.sum();
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < values.bounds().size(); ++i) {
    below += values.counts()[i];
    histogram.bucket.push_back({below, values.bounds()[i]});
  }
}

void MetricsText::durations(std::string_view family, std::string_view help, const CallStats::Method& figures,
                            Labels labels) {
  auto& histogram =
      impl_->sample(family, help, prometheus::MetricType::Histogram, std::move(labels)).histogram;
  histogram.sample_count = figures.timed;
  histogram.sample_sum = static_cast<double>(figures.sum_ns) / 1e9;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < CallStats::bounds_ns.size(); ++i) {
    below += figures.by_duration[i];
    histogram.bucket.push_back({below, static_cast<double>(CallStats::bounds_ns[i]) / 1e9});
  }
}

void MetricsText::process() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream fields(
      text.substr(std::min(text.size(), text.rfind(')') + 2)));  // the name may hold blanks
  const std::vector<std::string> field{std::istream_iterator<std::string>(fields), {}};
  if (field.size() < 22) return;  // field[0] is the third of proc(5)
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto number = [&](std::size_t of_proc) { return std::stod(field[of_proc - 3]); };
  double boot = 0;
  std::ifstream stat("/proc/stat");
  for (std::string word; stat >> word;)
    if (word == "btime") stat >> boot;
  std::size_t open = 0;
  std::error_code ignored;
  for (std::filesystem::directory_iterator fd("/proc/self/fd", ignored), end; fd != end;
       fd.increment(ignored))
    ++open;
  rlimit limit{}, as{};
  getrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_AS, &as);
  counter("process_cpu_seconds_total", "User and system time", (number(14) + number(15)) / ticks);
  gauge("process_start_time_seconds", "Start since the epoch", boot + number(22) / ticks);
  gauge("process_virtual_memory_bytes", "Virtual memory", number(23));
  gauge("process_virtual_memory_max_bytes", "Limit of virtual memory, -1 when there is none",
        as.rlim_cur == RLIM_INFINITY ? -1.0 : static_cast<double>(as.rlim_cur));
  gauge("process_resident_memory_bytes", "Resident memory",
        number(24) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  gauge("process_open_fds", "Open descriptors", static_cast<double>(open));
  gauge("process_max_fds", "Limit of open descriptors", static_cast<double>(limit.rlim_cur));
}

std::string MetricsText::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, impl_->families);
  return std::move(out).str();
}

std::string MetricsText::open_metrics() const {
  std::string out;
  std::istringstream lines(text());
  for (std::string line; std::getline(lines, line);) {
    const bool head = line.starts_with("# HELP ") || line.starts_with("# TYPE ");
    const auto name_end = line.find(' ', 7);
    const bool total = head && name_end != line.npos && line.substr(0, name_end).ends_with("_total");
    if (total) line.erase(name_end - 6, 6);
    out += line + '\n';
  }
  return out += "# EOF\n";
}

}  // namespace p2p
