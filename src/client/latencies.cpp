#include "client/latencies.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace p2p {

std::size_t Latencies::bucket_of(std::uint64_t ns) noexcept {
  const auto bits = static_cast<unsigned>(std::bit_width(ns));
  if (bits <= sub_bits) return ns;  // exact
  const unsigned shift = bits - sub_bits - 1;
  return ((shift + 1ULL) << sub_bits) + ((ns >> shift) - (1ULL << sub_bits));
}

std::uint64_t Latencies::middle_of(std::size_t bucket) noexcept {
  const auto group = static_cast<unsigned>(bucket >> sub_bits);
  if (group == 0) return bucket;
  const unsigned shift = group - 1;
  const std::uint64_t lower = ((bucket & ((1ULL << sub_bits) - 1)) + (1ULL << sub_bits)) << shift;
  return lower + ((1ULL << shift) >> 1);
}

void Latencies::add(std::chrono::nanoseconds latency) noexcept {
  latency = std::max(latency, std::chrono::nanoseconds(0));
  least_ = count_ == 0 ? latency : std::min(least_, latency);
  greatest_ = std::max(greatest_, latency);
  ++count_;
  ++buckets_[bucket_of(static_cast<std::uint64_t>(latency.count()))];
}

std::chrono::nanoseconds Latencies::quantile(double share) const noexcept {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i)
    if ((seen += buckets_[i]) >= wanted && seen > 0)
      return std::clamp(std::chrono::nanoseconds(static_cast<std::int64_t>(middle_of(i))), least_, greatest_);
  return greatest_;
}

}  // namespace p2p
