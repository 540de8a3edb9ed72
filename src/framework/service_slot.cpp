#include "framework/service_slot.hpp"

namespace p2p {
namespace {

Value names_of(const std::vector<std::string>& names) {
  Value list = Value::array();
  for (const std::string& name : names) list.push_back(name);
  return list;
}

}  // namespace

void ServiceSlot::queue(std::unique_ptr<ServiceInstance> instance) {
  if (queued != nullptr) queued->unload();
  queued = std::move(instance);
}

Value ServiceSlot::describe(std::string_view node_id) const {
  Value entry{{"status", status_name(status)}};
  std::vector<std::string> open, internal;
  if (running != nullptr)
    for (const MethodEntry* method : running->generation()->methods())
      (method->is_public ? open : internal).push_back(method->name);
  if (LiveService* live = running.get()) {
    const ServiceInfo& info = live->info();
    entry.set("info", Value{{"name", service},
                            {"version", info.version},
                            {"description", info.description},
                            {"dependencies", names_of(info.dependencies)},
                            {"exposed_methods", names_of(open)},
                            {"node_id", node_id},
                            {"domain", info.domain},
                            {"metadata", info.metadata}});
    entry.set("language", live->instance().language()).set("isolation", live->instance().isolation());
  }
  entry.set("methods", names_of(open)).set("internal", names_of(internal)).set("folder", folder);
  if (!step.empty()) entry.set("step", step);
  entry.set("generation", running == nullptr ? std::uint64_t{0} : running->number());
  if (!loaded_at.empty()) entry.set("loaded_at", loaded_at);
  if (status == ServiceStatus::error) entry.set("retry_at", rfc3339(retry_at));
  entry.set("reason", reason ? reason->value() : Value());
  if (update_reason) entry.set("update", Value{{"reason", update_reason->value()}});
  return entry;
}

}  // namespace p2p
