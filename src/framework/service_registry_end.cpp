// The end of the node, and what is said of its services.
#include <algorithm>

#include "framework/service_registry.hpp"

namespace p2p {

void ServiceRegistry::stop_all(Job done) {
  stopping_ = true;
  on_stopped_ = std::move(done);
  for (const auto& [folder, slot] : slots_) {
    forget_retry(*slot);
    if (slot->candidate != nullptr) slot->candidate->cancel_start();
    if (slot->queued != nullptr) std::exchange(slot->queued, nullptr)->instance->unload();
    if (slot->candidate != nullptr && !slot->starting) {
      slot->waiting = false;
      retire(std::move(slot->candidate), false, {});
    }
  }
  executor_.post([this] { stop_next(); });
}

void ServiceRegistry::stop_next() {
  std::vector<std::string> running, there;  // `there` also holds those on their way out
  Dependencies all = declared();
  bool starting = false;
  for (const auto& [folder, slot] : slots_) {
    if (slot->running != nullptr) running.push_back(slot->service);
    starting = starting || slot->starting || slot->halting;
  }
  there = running;
  for (const auto& live : retiring_) {
    there.push_back(live->name());
    all[live->name()] = needed_here(live->info().dependencies);
  }
  if (there.empty() && !starting && on_stopped_) return executor_.post(std::move(on_stopped_));
  for (auto& [service, needs] : all)
    if (service != "system") needs.push_back("system");  // it is first to start and last to stop
  std::vector<std::string> next = free_to_stop(all, there);
  if (next.empty()) next = running;  // a ring that a reload has made
  for (const std::string& service : next) {
    Slot* at = slot_of(service);
    if (at == nullptr || at->running == nullptr) continue;
    announce(*at, ServiceStatus::stopping);
    retire(std::move(at->running), true, {});
  }
}

// ---------------------------------------------------------------- what is said of them

bool ServiceRegistry::settled() const {
  return std::none_of(slots_.begin(), slots_.end(), [](const auto& entry) {
    const Slot& at = *entry.second;
    return at.running == nullptr && at.status == ServiceStatus::starting && !at.warned && at.held == nullptr;
  });
}

std::size_t ServiceRegistry::count(ServiceStatus status) const {
  return static_cast<std::size_t>(std::count_if(
      slots_.begin(), slots_.end(), [&](const auto& entry) { return entry.second->status == status; }));
}

const ServiceSlot* ServiceRegistry::find_folder(std::string_view folder) const {
  const auto found = slots_.find(folder);
  return found == slots_.end() ? nullptr : found->second.get();
}

std::vector<std::string> ServiceRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [folder, slot] : slots_) names.push_back(slot->service);
  return names;
}

Value ServiceRegistry::describe() const {
  Value services = Value::object();
  for (const auto& [folder, slot] : slots_) {
    const bool shadowed = slot_of(slot->service) != slot.get() || services.find(slot->service) != nullptr;
    services.set(shadowed ? folder : slot->service, slot->describe(surroundings_.runner.node_id()));
  }
  return services;
}

Value ServiceRegistry::describe(std::string_view name) const {
  const Slot* at = slot_of(name);
  return at == nullptr ? Value() : at->describe(surroundings_.runner.node_id());
}

}  // namespace p2p
