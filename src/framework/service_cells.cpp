#include "framework/service_cells.hpp"

namespace p2p {

ServiceCells::Cells::~Cells() {
  for (Named* at = first_.load(); at != nullptr;) {
    const std::unique_ptr<Named> last(at);
    at = last->next.load();
  }
}

ServiceCells::Named* ServiceCells::Cells::find(std::string_view name) const noexcept {
  Named* at = first_.load(std::memory_order_acquire);
  while (at != nullptr && at->name != name) at = at->next.load(std::memory_order_acquire);
  return at;
}

detail::Cell& ServiceCells::Cells::cell(std::string_view name, bool gauge) {
  name = name.substr(0, 64);
  if (Named* found = find(name)) return found->cell;
  const std::lock_guard lock(adding_);
  return add(name, gauge).cell;
}

/// At the end of the list, unless another thread was quicker. Under the lock.
ServiceCells::Named& ServiceCells::Cells::add(std::string_view name, bool gauge) {
  std::atomic<Named*>* place = &first_;
  std::size_t count = 0;
  for (; Named* at = place->load(std::memory_order_relaxed); place = &at->next, ++count)
    if (at->name == name) return *at;
  if (count >= most && name != "other") return add("other", gauge);
  auto named = std::make_unique<Named>();
  named->name = name;
  named->gauge = gauge;
  place->store(named.get(), std::memory_order_release);
  return *named.release();
}

}  // namespace p2p
