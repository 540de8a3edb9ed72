#include "registry/method_registry.hpp"

#include <algorithm>

#include <p2p/detail/nearest.hpp>

namespace p2p {
namespace {

std::string hint(const std::string& name) {
  return name.empty() ? std::string() : "did you mean " + name + "?";
}

Error with_hint(Error error, std::string text) {
  if (!text.empty()) error.with("hint", std::move(text));
  return error;
}

}  // namespace

std::string_view status_name(ServiceStatus status) noexcept {
  switch (status) {
    case ServiceStatus::starting: return "starting";
    case ServiceStatus::running: return "running";
    case ServiceStatus::stopping: return "stopping";
    case ServiceStatus::stopped: return "stopped";
    case ServiceStatus::error: return "error";
    case ServiceStatus::failed: return "failed";
    case ServiceStatus::pending: return "pending";
  }
  return "";
}

MethodRegistry::MethodRegistry() : current_(std::make_shared<RegistrySnapshot>()) {}

void MethodRegistry::publish(ServiceEntry entry) {
  const std::string name = entry.name;
  replace(name, std::make_shared<const ServiceEntry>(std::move(entry)));
}

void MethodRegistry::withdraw(std::string_view service) { replace(service, nullptr); }

void MethodRegistry::replace(std::string_view service, std::shared_ptr<const ServiceEntry> entry) {
  {
    const std::lock_guard lock(mutex_);
    auto next = std::make_shared<RegistrySnapshot>(*current_);
    next->version = current_->version + 1;
    if (entry != nullptr)
      next->services.insert_or_assign(std::string(service), std::move(entry));
    else if (const auto found = next->services.find(service); found != next->services.end())
      next->services.erase(found);
    current_ = std::move(next);
    version_.store(current_->version, std::memory_order_release);
  }
  for (Listener& listener : listeners_) listener(service);
}

std::shared_ptr<const RegistrySnapshot> MethodRegistry::snapshot() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::vector<std::string> MethodRegistry::public_paths() const {
  std::vector<std::string> paths;
  for (const auto& [name, entry] : snapshot()->services) {
    if (entry->generation == nullptr || entry->status != ServiceStatus::running) continue;
    for (const MethodEntry* method : entry->generation->methods())
      if (method->is_public) paths.push_back(method->path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Error no_such_service(const RegistrySnapshot& snapshot, std::string_view service) {
  std::vector<std::string> known;
  for (const auto& [name, entry] : snapshot.services) known.push_back(name);
  std::sort(known.begin(), known.end());
  return with_hint(Error(Errc::service_not_found, "no service " + std::string(service.substr(0, 64))),
                   hint(nearest(service, known)));
}

Error no_such_method(const Generation& generation, std::string_view method, bool outside) {
  std::vector<std::string> known;
  for (const MethodEntry* entry : generation.methods())
    if (entry->is_public || !outside) known.push_back(entry->name);
  const std::string close = nearest(method, known);
  return with_hint(Error(Errc::method_not_found,
                         "no method " + generation.service() + '/' + std::string(method.substr(0, 64))),
                   hint(close.empty() ? close : generation.service() + '/' + close));
}

Error not_running(const ServiceEntry& entry) {
  const auto sentence = [&](std::string_view fallback) {
    return "service " + entry.name + ' ' + (entry.reason.empty() ? std::string(fallback) : entry.reason);
  };
  switch (entry.status) {
    case ServiceStatus::stopping:
      return Error(Errc::draining, sentence("is stopping"), Value{{"retry_after", 1}});
    case ServiceStatus::stopped: return Error(Errc::service_not_found, sentence("is stopped"));
    case ServiceStatus::starting:
      return Error(Errc::unavailable, sentence("is starting"), Value{{"retry_after", entry.retry_after}});
    case ServiceStatus::running:
    case ServiceStatus::error:
    case ServiceStatus::failed:
    case ServiceStatus::pending: break;
  }
  return Error(Errc::unavailable, sentence("does not run"),
               Value{{"retry_after", entry.retry_after}, {"status", status_name(entry.status)}});
}

}  // namespace p2p
