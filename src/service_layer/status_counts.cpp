#include "service_layer/status_counts.hpp"

#include <algorithm>

namespace p2p {

void StatusCounts::count_other(std::uint64_t status) noexcept {
  const auto fits = [status](const Other& other) { return other.status == 0 || other.status == status; };
  const auto place = std::ranges::find_if(others_, fits);
  if (place == others_.end()) return;
  ++place->count;
  place->status.set(status);
}

}  // namespace p2p
