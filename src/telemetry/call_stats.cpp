#include "telemetry/call_stats.hpp"

#include <algorithm>

namespace p2p {

void CallStats::Method::add(const Method& other) {
  ended += other.ended;  // before `started`, which only grows: more ended than started is never seen
  started += other.started;
  timed += other.timed;
  sum_ns += other.sum_ns;
  for (std::size_t i = 0; i < by_outcome.size(); ++i) by_outcome[i] += other.by_outcome[i];
  for (std::size_t i = 0; i < by_duration.size(); ++i) by_duration[i] += other.by_duration[i];
}

double CallStats::Method::quantile_ns(double share) const {
  std::uint64_t all = 0;  // not `timed`, which another thread may have raised meanwhile
  for (const Tally& bucket : by_duration) all += bucket;
  const double wanted = share * static_cast<double>(all);
  double below = 0, counted = 0;
  for (std::size_t i = 0; i < bounds_ns.size() && all > 0; ++i) {
    const auto upper = static_cast<double>(bounds_ns[i]), inside = static_cast<double>(by_duration[i]);
    if (inside > 0 && counted + inside >= wanted)
      return below + (upper - below) * (wanted - counted) / inside;
    counted += inside;
    below = upper;
  }
  return below;
}

CallStats::MethodId CallStats::id_of(std::string_view service, std::string_view method) {
  return table_.id_of(service, method);
}

void CallStats::end_failed(MethodId id, Errc code) noexcept {
  ++totals_.failed;
  ++id[loop_].ended;
  if (code > Errc::audit_unavailable)
    code = Errc::method_failed;  // of HTTP alone: only a service can have thrown it
  ++id[loop_].by_outcome[1 + static_cast<std::size_t>(code)];
}

void CallStats::time(MethodId id, std::int64_t duration_ns) noexcept {
  Method& method = id[loop_];
  const auto bucket = std::lower_bound(bounds_ns.begin(), bounds_ns.end(), duration_ns) - bounds_ns.begin();
  ++method.by_duration[static_cast<std::size_t>(bucket)];
  ++method.timed;
  method.sum_ns += static_cast<std::uint64_t>(std::max<std::int64_t>(duration_ns, 0));
}

CallTable::CallTable(unsigned loops) : columns_(loops) {
  const auto unknown = id_of("_unknown", "_unknown");
  for (unsigned i = 0; i < loops; ++i)
    loops_.push_back(std::unique_ptr<CallStats>(new CallStats(*this, i, unknown)));
}

CallTable::~CallTable() = default;

CallStats::MethodId CallTable::id_of(std::string_view service, std::string_view method) {
  auto& place = ids_[{std::string(service), std::string(method)}];
  if (place == nullptr) {
    place = rows_.emplace_back(std::make_unique<CallStats::Method[]>(columns_)).get();
    place->service = service;
    place->method = method;
  }
  return place;
}

CallStats::Method CallTable::sum(CallStats::MethodId id) const {
  CallStats::Method all;
  all.service = id->service;
  all.method = id->method;
  for (unsigned i = 0; i < columns_; ++i) all.add(id[i]);
  return all;
}

std::vector<CallStats::Method> CallTable::methods() const {
  std::vector<CallStats::Method> all;
  all.reserve(rows_.size());
  for (const auto& row : rows_) all.push_back(sum(row.get()));
  return all;
}

std::uint64_t CallTable::sum(std::uint64_t (CallStats::*figure)() const noexcept) const noexcept {
  std::uint64_t all = 0;
  for (const auto& loop : loops_) all += (*loop.*figure)();
  return all;
}

double CallTable::mean_ns() const {
  std::uint64_t timed = 0;
  double sum_ns = 0;
  for (const auto& row : rows_)
    for (unsigned i = 0; i < columns_; ++i) {
      timed += row[i].timed;
      sum_ns += static_cast<double>(row[i].sum_ns);
    }
  return timed == 0 ? 0 : sum_ns / static_cast<double>(timed);
}

}  // namespace p2p
