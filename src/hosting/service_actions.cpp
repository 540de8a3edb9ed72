#include "hosting/service_actions.hpp"

#include <p2p/detail/nearest.hpp>

namespace p2p {
namespace {

constexpr std::string_view names[] = {"reload", "restart", "disable", "enable"};

Error no_such_service(const ServiceRegistry& registry, std::string_view service) {
  Error error(Errc::service_not_found, "no service " + std::string(service.substr(0, 64)));
  const std::string close = nearest(service, registry.names());
  if (!close.empty()) error.with("hint", "did you mean " + close + "?");
  return error;
}

Error went_wrong(std::string message, const FailureReason& reason) {
  return Error(Errc::unavailable, std::move(message) + reason.text(), Value{{"reason", reason.value()}});
}

}  // namespace

std::string_view action_name(ServiceAction action) noexcept {
  return names[static_cast<std::size_t>(action)];
}

std::optional<ServiceAction> action_of(std::string_view name) noexcept {
  for (std::size_t i = 0; i < std::size(names); ++i)
    if (names[i] == name) return static_cast<ServiceAction>(i);
  return std::nullopt;
}

ServiceActions::ServiceActions(Executor& loop, ServiceRegistry& registry, ServicesFolder& folder)
    : loop_(loop), registry_(registry), folder_(folder) {
  registry_.set_moved([this](const std::string& moved) { look(moved); });
}

ServiceActions::~ServiceActions() {
  registry_.set_moved({});
  for (auto& [folder, waiting] : waiting_) loop_.cancel(waiting.timer);
}

void ServiceActions::run(ServiceAction action, std::string_view service, std::chrono::milliseconds limit,
                         Done done) {
  const ServiceSlot* slot = registry_.find(service);
  if (slot == nullptr) return done(fail(no_such_service(registry_, service)));
  const std::string folder = slot->folder;
  if (const auto other = waiting_.find(folder); other != waiting_.end())
    return done(fail(Errc::conflict, (other->second.action == ServiceAction::enable ? "an " : "a ") +
                                         std::string(action_name(other->second.action)) + " of " +
                                         slot->service + " is under way; wait for its end"));
  const bool later = action == ServiceAction::restart && !slot->idle();
  if (!later)
    if (auto begun = begin(action, *slot); !begun) return done(fail(std::move(begun.error())));
  Waiting& waiting = waiting_[folder];
  waiting.action = action;
  waiting.begun = !later;
  waiting.service = service;
  waiting.done = std::move(done);
  waiting.timer = loop_.post_at(loop_.clock().now() + limit, [this, folder, limit] {
    const auto late = waiting_.find(folder);
    if (late == waiting_.end()) return;
    if (!busy(folder)) return end(folder, outcome(late->second.action, folder));
    end(folder, fail(too_late(folder, late->second, limit)));
  });
  look(folder);  // perhaps there is nothing to wait for
}

Error ServiceActions::too_late(const std::string& folder, const Waiting& waiting,
                               std::chrono::milliseconds limit) const {
  const ServiceSlot* at = registry_.find_folder(folder);
  return {Errc::timeout, "the " + std::string(action_name(waiting.action)) + " of " + waiting.service +
                             (waiting.begun ? " has not ended within " : " could not begin within ") +
                             std::to_string(limit.count()) + " ms" +
                             (at == nullptr || at->step.empty() ? "" : " (" + at->step + ")") +
                             (waiting.begun ? "; it goes on" : "; nothing was done") +
                             ", `GET /local/services` shows how it is"};
}

Result<void> ServiceActions::begin(ServiceAction action, const ServiceSlot& slot) {
  const std::string folder = slot.folder, service = slot.service;
  const bool builtin = folder == "system";
  switch (action) {
    case ServiceAction::disable:
      if (builtin)
        return fail(
            Errc::conflict,
            "system is built in and the others need it: it cannot be disabled; `enabled = false` of its "
            "methods is in the node's configuration");
      return folder_.disable(folder);
    case ServiceAction::enable: return builtin ? Result<void>() : folder_.enable(folder);
    case ServiceAction::reload: return bring_again(folder, service);
    case ServiceAction::restart:
      if (slot.running == nullptr && slot.idle()) return bring_again(folder, service);
      if (registry_.restart(folder)) return {};
      return fail(Errc::conflict, service + " is being stopped; wait for its end");
  }
  return {};
}

Result<void> ServiceActions::bring_again(const std::string& folder, const std::string& service) {
  if (folder_.disabled(folder))
    return fail(
        Error(Errc::conflict, service + " is disabled").with("hint", "p2p_admin service enable " + service));
  if (folder == "system")
    registry_.bring_again(folder);
  else if (!folder_.reload(folder))
    return fail(Errc::service_not_found, "there is no folder " + folder + " any more");
  return {};
}

bool ServiceActions::busy(const std::string& folder) const {
  const ServiceSlot* slot = registry_.find_folder(folder);
  return folder_.busy(folder) || (slot != nullptr && !slot->idle());
}

void ServiceActions::look(const std::string& folder) {
  const auto waiting = waiting_.find(folder);
  if (waiting == waiting_.end() || busy(folder)) return;
  if (!waiting->second.begun) {
    waiting->second.begun = true;
    const ServiceSlot* slot = registry_.find_folder(folder);
    if (slot == nullptr) return end(folder, outcome(waiting->second.action, folder));
    if (auto begun = begin(waiting->second.action, *slot); !begun)
      return end(folder, fail(std::move(begun.error())));
    if (busy(folder)) return;
  }
  end(folder, outcome(waiting->second.action, folder));
}

void ServiceActions::end(const std::string& folder, Result<Value> result) {
  const auto found = waiting_.find(folder);
  Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  loop_.cancel(waiting.timer);
  waiting.done(std::move(result));
}

Result<Value> ServiceActions::outcome(ServiceAction action, const std::string& folder) const {
  const ServiceSlot* slot = registry_.find_folder(folder);
  if (slot == nullptr) return fail(Errc::service_not_found, "the folder " + folder + " is gone");
  if (action != ServiceAction::disable) {
    if (slot->update_reason)
      return fail(went_wrong("the version that ran still serves: ", *slot->update_reason));
    if (slot->status == ServiceStatus::stopped)
      return fail(Errc::conflict, slot->service + " is stopped: " + slot->disabled);
    if (slot->status != ServiceStatus::running && slot->reason)
      return fail(went_wrong(slot->service + " does not run: ", *slot->reason));
  }
  return registry_.describe(slot->service);
}

}  // namespace p2p
