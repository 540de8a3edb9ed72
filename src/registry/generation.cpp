#include "registry/generation.hpp"

#include "model/method_path.hpp"

namespace p2p {
namespace {

/// What the node calls itself: never a method, whatever a service declares.
bool is_lifecycle_name(std::string_view name) {
  return name == "start" || name == "stop" || name == "initialize" || name == "cleanup";
}

std::unique_ptr<MethodEntry> make_entry(const std::string& service, const MethodInfo& info) {
  auto entry = std::make_unique<MethodEntry>();
  entry->name = info.name;
  entry->path = service + '/' + info.name;
  entry->log_name = "Method." + service + '.' + info.name;
  entry->description = info.description;
  entry->cache_scope = info.cache_scope;
  entry->is_public = info.options.is_public;
  entry->idempotent = info.options.idempotent;
  entry->broadcastable = info.options.broadcastable;
  entry->stream = info.options.stream;
  entry->role = info.options.role;
  entry->timeout_ns = info.options.timeout_ns;
  entry->cache_ttl_ns = info.options.cache_ttl_ns;
  entry->max_body = info.options.max_body;
  entry->max_concurrency = info.options.max_concurrency;
  entry->cache_tags = info.cache_tags;
  for (const Parameter& parameter : info.parameters) {
    entry->parameters.push_back(parameter.name);
    if (parameter.secret) entry->secrets.push_back(parameter.name);
  }
  entry->params_schema = info.params_schema;
  entry->result_schema = info.result_schema;
  entry->code = info.code;
  entry->info = &info;
  return entry;
}

}  // namespace

std::int64_t Pins::of_slots(std::size_t first) const noexcept {
  std::int64_t total = 0;
  for (std::size_t i = first; i < counts_.size(); ++i) total += counts_[i].n.load(std::memory_order_acquire);
  return total;
}

Generation::Generation(std::string service, std::uint64_t number, BaseService* object,
                       const std::vector<MethodInfo>& methods, CallStats& stats,
                       std::vector<std::string>* rejected, const MethodOverrides& overrides)
    : service_(std::move(service)), number_(number), object_(object) {
  for (const MethodInfo& info : methods) {
    if (!is_method_name(info.name) || is_lifecycle_name(info.name)) {
      if (rejected != nullptr) rejected->push_back(info.name);
      continue;
    }
    const auto words = overrides.find(info.name);
    if (words != overrides.end() && !words->second.enabled.value_or(true)) continue;
    auto entry = make_entry(service_, info);
    if (words != overrides.end())
      for (std::string& what : apply(words->second, *entry)) loosened_.push_back(std::move(what));
    if (entry->max_concurrency > 0) entry->gate = std::make_shared<CallGate>(entry->max_concurrency);
    entry->threadsafe = info.options.threadsafe && entry->gate == nullptr;  // the gate is the home loop's
    entry->generation = this;
    entry->stats = stats.id_of(service_, info.name);
    auto& place = methods_[info.name];
    if (place != nullptr) std::erase(ordered_, place.get());  // declared again: the later one, as an override
    ordered_.push_back(entry.get());
    place = std::move(entry);
  }
}

void Generation::share_gates(const Generation& before) {
  for (const auto& [name, entry] : methods_) {
    const MethodEntry* old = before.find(name);
    if (entry->gate == nullptr || old == nullptr || old->gate == nullptr) continue;
    entry->gate = old->gate;
    entry->gate->set_limit(entry->max_concurrency);
  }
}

}  // namespace p2p
