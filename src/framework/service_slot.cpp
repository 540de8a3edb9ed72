#include "framework/service_slot.hpp"

namespace p2p {
namespace {

Value names_of(const std::vector<std::string>& names) {
  Value list = Value::array();
  for (const std::string& name : names) list.push_back(name);
  return list;
}

std::string_view word_of(ReloadMode mode) {
  switch (mode) {
    case ReloadMode::overlap: return "overlap";
    case ReloadMode::stop_first: return "stop-first";
    case ReloadMode::manual: return "manual";
  }
  return "";
}

/// What the operator's settings are, but for `config`, which may hold secrets.
Value shown(const ServiceSettings& settings, const Generation& generation) {
  Value overridden = Value::object(), switched_off = Value::array();
  for (const MethodEntry* method : generation.methods())
    if (!method->overridden.empty()) overridden.set(method->name, names_of(method->overridden));
  for (const auto& [name, words] : settings.methods)
    if (!words.enabled.value_or(true)) switched_off.push_back(name);
  return Value{{"file", settings.file.empty() ? Value() : Value(settings.file)},
               {"reload", word_of(settings.reload)},
               {"role", role_name(settings.role)},
               {"overridden", std::move(overridden)},
               {"switched_off", std::move(switched_off)}};
}

}  // namespace

void ServiceSlot::queue(ServiceOffer offer) {
  if (queued != nullptr) queued->instance->unload();
  queued = std::make_unique<ServiceOffer>(std::move(offer));
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
    if (live->settings() != ServiceSettings{})
      entry.set("settings", shown(live->settings(), *live->generation()));
    entry.set("language", live->instance().language()).set("isolation", live->instance().isolation());
  }
  entry.set("methods", names_of(open)).set("internal", names_of(internal)).set("folder", folder);
  if (!step.empty()) entry.set("step", step);
  if (waiting && warned) entry.set("waits_long", true);
  entry.set("generation", running == nullptr ? std::uint64_t{0} : running->number());
  if (!loaded_at.empty()) entry.set("loaded_at", loaded_at);
  if (status == ServiceStatus::error) entry.set("retry_at", rfc3339(retry_at));
  entry.set("reason", reason ? reason->value() : Value());
  Value update;
  if (pending) update.set("pending", true);
  if (update_reason) update.set("reason", update_reason->value());
  if (!update.is_null()) entry.set("update", std::move(update));
  return entry;
}

}  // namespace p2p
