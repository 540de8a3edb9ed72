#include "telemetry/call_stats.hpp"

#include <algorithm>

namespace p2p {

CallStats::CallStats() { (void)id_of("_unknown", "_unknown"); }

CallStats::MethodId CallStats::id_of(std::string_view service, std::string_view method) {
  const auto [place, made] =
      ids_.try_emplace({std::string(service), std::string(method)}, static_cast<MethodId>(methods_.size()));
  if (made) {
    methods_.push_back(std::make_unique<Method>());
    methods_.back()->service = service;
    methods_.back()->method = method;
  }
  return place->second;
}

void CallStats::end_failed(MethodId id, Errc code) noexcept {
  ++totals_failed_;
  ++methods_[id]->ended;
  if (code > Errc::audit_unavailable)
    code = Errc::method_failed;  // of HTTP alone: only a service can have thrown it
  ++methods_[id]->by_outcome[1 + static_cast<std::size_t>(code)];
}

void CallStats::time(MethodId id, std::int64_t duration_ns) noexcept {
  Method& method = *methods_[id];
  const auto bucket = std::lower_bound(bounds_ns.begin(), bounds_ns.end(), duration_ns) - bounds_ns.begin();
  ++method.by_duration[static_cast<std::size_t>(bucket)];
  ++method.timed;
  method.sum_ns += duration_ns;
}

double CallStats::mean_ns() const noexcept {
  std::uint64_t timed = 0;
  double sum = 0;
  for (const auto& method : methods_) {
    timed += method->timed;
    sum += static_cast<double>(method->sum_ns);
  }
  return timed == 0 ? 0 : sum / static_cast<double>(timed);
}

}  // namespace p2p
