#include "registry/service_waiters.hpp"

#include <vector>

namespace p2p {

ServiceWaiters::~ServiceWaiters() {
  for (auto& [id, waiter] : waiters_) executor_.cancel(waiter.timer);
}

std::uint64_t ServiceWaiters::wait(std::string_view service, Instant until,
                                   std::move_only_function<void(bool)> look) {
  if (waiters_.size() >= most && !service.empty()) return 0;
  const std::uint64_t id = next_++;
  Waiter& waiter = waiters_[id];
  waiter.service = service;
  waiter.look = std::move(look);
  waiter.timer = executor_.post_at(until, [this, id] { take(id, true); });
  return id;
}

void ServiceWaiters::cancel(std::uint64_t id) {
  const auto found = waiters_.find(id);
  if (found == waiters_.end()) return;
  executor_.cancel(found->second.timer);
  waiters_.erase(found);
}

void ServiceWaiters::changed(std::string_view service) {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, waiter] : waiters_)
    if (waiter.service == service) ids.push_back(id);
  for (const std::uint64_t id : ids) take(id, false);
}

void ServiceWaiters::take(std::uint64_t id, bool time_is_up) {
  const auto found = waiters_.find(id);
  if (found == waiters_.end()) return;
  if (!time_is_up) executor_.cancel(found->second.timer);
  auto look = std::move(found->second.look);
  waiters_.erase(found);
  look(time_is_up);
}

}  // namespace p2p
