#include "framework/service_registry.hpp"

#include <algorithm>

namespace p2p {
namespace {

constexpr std::chrono::seconds long_wait{
    30};  // for a dependency: then it is said, and the node counts as ready
constexpr std::chrono::seconds compile_patience{
    10};  // who calls what was just saved would rather wait than be refused

constexpr std::chrono::seconds held_patience{30};  // for a method that only the new version has

std::chrono::seconds back_off(std::size_t failures) {
  return std::chrono::seconds(
      std::min<std::int64_t>(30, std::int64_t{1} << std::min<std::size_t>(failures, 5)));
}

}  // namespace

ServiceRegistry::ServiceRegistry(MethodRegistry& methods, ServiceSurroundings& surroundings,
                                 ServiceTimes times, LiveService::Quiesce quiesce, Hooks hooks)
    : methods_(methods),
      surroundings_(surroundings),
      executor_(surroundings.runner.executor()),
      log_(surroundings.log),
      times_(times),
      quiesce_(std::move(quiesce)),
      hooks_(std::move(hooks)) {}

ServiceRegistry::~ServiceRegistry() = default;

ServiceRegistry::Slot& ServiceRegistry::slot(const std::string& folder) {
  auto& place = slots_[folder];
  if (place == nullptr) {
    place = std::make_unique<Slot>();
    place->folder = place->service = folder;
  }
  return *place;
}

ServiceRegistry::Slot* ServiceRegistry::slot_of(std::string_view service) const {
  Slot* found = nullptr;  // a name may stand in several slots; the one that serves or will serve has it
  for (const auto& [folder, slot] : slots_) {
    if (slot->service != service) continue;
    if (slot->running != nullptr) return slot.get();
    if (found == nullptr || (!found->occupied() && slot->occupied())) found = slot.get();
  }
  return found;
}

bool ServiceRegistry::runs(std::string_view service) const {
  const Slot* at = slot_of(service);
  return at != nullptr && at->running != nullptr;
}

// ---------------------------------------------------------------- what hosting says

void ServiceRegistry::working(const std::string& folder, const std::string& step) {
  if (stopping_) return;
  Slot& at = slot(folder);
  at.step = step;
  if (!at.occupied() && !at.stopping) announce(at, ServiceStatus::starting);
}

void ServiceRegistry::failed(const std::string& folder, FailureReason reason) {
  if (stopping_) return;
  Slot& at = slot(folder);
  at.removed = false;
  at.disabled.clear();
  forget_retry(at);
  refuse(at, std::move(reason));
}

void ServiceRegistry::offer(const std::string& folder, std::unique_ptr<ServiceInstance> instance,
                            ServiceSettings settings) {
  if (stopping_) {
    instance->unload();
    return;
  }
  Slot& at = slot(folder);
  at.removed = false;
  at.disabled.clear();
  forget_retry(at);
  if (!std::exchange(at.retried, false)) at.failures.clear();  // something has changed: count anew
  ServiceOffer offer{std::move(instance), std::move(settings)};
  if (at.candidate != nullptr || at.halting) {
    at.queue(std::move(offer));
    if (at.waiting) next_candidate(at);  // the one that only waits for others gives way at once
    return;
  }
  begin(at, std::move(offer));
}

void ServiceRegistry::removed(const std::string& folder) {
  const auto found = slots_.find(folder);
  if (found == slots_.end()) return;
  found->second->disabled.clear();
  leave(*found->second);
}

void ServiceRegistry::disabled(const std::string& folder, std::string why) {
  if (stopping_) return;
  Slot& at = slot(folder);
  const bool again = std::exchange(at.disabled, std::move(why)) != "" && at.status == ServiceStatus::stopped;
  if (!again) log_.info("Registry", "{}: {}", at.service, at.disabled);
  leave(at);
}

/// Ends whatever there is of it; `left` is the end.
void ServiceRegistry::leave(Slot& at) {
  at.removed = true;
  at.applying = false;
  at.next_settings.reset();
  forget_retry(at);
  if (at.halting) return;  // `rested` looks at `removed`
  if (at.candidate != nullptr) {
    at.candidate->cancel_start();
    return next_candidate(at);  // ends it first, then comes back here
  }
  if (at.running == nullptr) return at.stopping ? void() : left(at);
  if (at.stopping) return;
  at.stopping = true;
  announce(at, ServiceStatus::stopping);
  if (at.disabled.empty()) log_.info("Registry", "{}: its folder is gone, stopping", at.service);
  retire(std::move(at.running), true, [this, folder = at.folder] {
    const auto slot = slots_.find(folder);
    if (slot == slots_.end()) return;
    slot->second->stopping = false;
    if (slot->second->removed)
      left(*slot->second);
    else if (slot->second->queued != nullptr)
      begin(*slot->second, std::move(*std::exchange(slot->second->queued, nullptr)));
  });
}

/// Nothing of it runs any more.
void ServiceRegistry::left(Slot& at) {
  if (at.disabled.empty()) return erase(at);
  if (at.queued != nullptr) std::exchange(at.queued, nullptr)->instance->unload();
  at.step.clear();
  at.pending = false;
  at.update_reason.reset();
  at.reason = FailureReason{"disabled", at.disabled, {}, 0, 0, {}};
  announce(at, ServiceStatus::stopped);
  moved(at);
  if (stopping_) stop_next();
}

/// From the top of the loop: who listens may bring something in again.
void ServiceRegistry::moved(const Slot& at) {
  executor_.post([this, folder = at.folder] {
    if (hooks_.moved) hooks_.moved(folder);
  });
}

void ServiceRegistry::erase(Slot& at) {
  const std::string service = at.service;
  forget_retry(at);
  if (at.queued != nullptr) at.queued->instance->unload();
  moved(at);
  slots_.erase(std::string(at.folder));
  if (Slot* other = slot_of(service))
    announce(*other, other->status);  // one that wanted the name as well
  else
    methods_.withdraw(service);
  if (stopping_) stop_next();
}

// ---------------------------------------------------------------- the start of a generation

std::unique_ptr<LiveService> ServiceRegistry::make_live(ServiceOffer offer) {
  return std::make_unique<LiveService>(surroundings_, std::move(offer.instance), next_number_++,
                                       std::move(offer.settings), quiesce_, times_);
}

void ServiceRegistry::begin(Slot& at, ServiceOffer offer) {
  if (at.stopping) return at.queue(std::move(offer));
  const std::string name = offer.instance->name();
  const bool builtin = offer.instance->isolation() == "builtin";
  const Slot* holder = slot_of(name);
  std::string wrong;
  if (!is_service_name(name))
    wrong = "'" + name + "' is no name for a service: it must match [a-z][a-z0-9_-]{0,63}";
  else if (name == "system" && !builtin)
    wrong = "the name system belongs to the built-in service";
  else if (holder != nullptr && holder != &at && holder->occupied())
    wrong = "the name " + name + " is taken by folder " + holder->folder;
  else if (at.running != nullptr && at.service != name)
    wrong = "it now calls itself " + name +
            "; remove the folder first, then put the service in under its new name";
  if (!wrong.empty()) {
    offer.instance->unload();
    return refuse(at, FailureReason{"load", wrong, {}, 0, 0, {}});
  }
  if (at.service != name) {
    const std::string before = std::exchange(at.service, name);
    if (slot_of(before) == nullptr) methods_.withdraw(before);
  }
  at.ring.clear();
  at.tries = offer.settings.restart;
  at.longest_start = offer.settings.start;
  at.candidate = make_live(std::move(offer));
  if (auto failure = at.candidate->prepare()) {
    retire(std::move(at.candidate), false, {});
    return refuse(at, *std::move(failure));
  }
  at.waiting = true;
  at.waiting_since = executor_.clock().now();
  at.warned = false;
  try_start(at);
}

std::vector<std::string> ServiceRegistry::missing(const Slot& at) const {
  std::vector<std::string> missing;
  const Slot* first = slot_of("system");  // the built-in service starts before all others
  if (first != nullptr && first != &at && first->running == nullptr && first->candidate != nullptr)
    missing.emplace_back("system");
  for (const std::string& needed : needed_here(at.candidate->info().dependencies)) {
    if (!runs(needed)) missing.push_back(needed);
  }
  return missing;
}

Dependencies ServiceRegistry::declared() const {
  Dependencies all;
  for (const auto& [folder, slot] : slots_) {
    const LiveService* live = slot->candidate != nullptr ? slot->candidate.get() : slot->running.get();
    if (live != nullptr) all[slot->service] = needed_here(live->info().dependencies);
  }
  return all;
}

void ServiceRegistry::try_start(Slot& at) {
  const Dependencies all = declared();
  if (!find_cycle(all, at.service).empty()) return refuse_ring(all);
  if (const auto waits_for = missing(at); !waits_for.empty()) {
    if (const std::string step = "wait for " + waits_for.front(); at.step != step) {
      at.step = step;
      log_.info("Registry", "{} waits for {}, which does not run", at.service, waits_for.front());
    }
    if (at.running == nullptr) announce(at, ServiceStatus::starting);
    executor_.post_at(at.waiting_since + long_wait, [this, folder = at.folder,
                                                     number = at.candidate->number()] {
      const auto found = slots_.find(folder);
      if (found == slots_.end() || !found->second->waiting || found->second->candidate->number() != number)
        return;
      if (std::exchange(found->second->warned, true)) return;
      log_.warn("Registry", "{} has waited 30 s: {}, which does not run", found->second->service,
                found->second->step);
    });
    return;
  }
  at.waiting = false;
  if (at.running != nullptr && at.candidate->settings().reload == ReloadMode::stop_first) return halt(at);
  start(at);
}

void ServiceRegistry::start(Slot& at) {
  at.starting = true;
  at.step = "initialize";
  if (at.running == nullptr) announce(at, ServiceStatus::starting);
  at.candidate->initialize(
      [this, &at](std::optional<FailureReason> failure) { started(at, std::move(failure)); });
}

/// Every service that waits in a ring has failed: none of them can be the first to start.
void ServiceRegistry::refuse_ring(const Dependencies& all) {
  for (const auto& [folder, slot] : slots_) {
    const std::string ring = find_cycle(all, slot->service);
    if (ring.empty() || !slot->waiting) continue;
    slot->waiting = false;
    slot->ring = missing(*slot);
    retire(std::move(slot->candidate), false, {});
    refuse(*slot, {"dependencies", "services depend on each other in a ring: " + ring, {}, 0, 0, {}});
  }
}

/// A service has begun to run: others may have waited for it, or failed for a ring that it has opened.
void ServiceRegistry::try_start_waiting() {
  std::vector<std::string> folders, opened;
  for (const auto& [folder, slot] : slots_) {
    if (slot->waiting) folders.push_back(folder);
    if (std::any_of(slot->ring.begin(), slot->ring.end(),
                    [&](const std::string& name) { return runs(name); }))
      opened.push_back(folder);
  }
  if (hooks_.bring_again && !stopping_)
    for (const std::string& folder : opened) {
      slots_.at(folder)->ring.clear();
      hooks_.bring_again(folder);
    }
  for (const std::string& folder : folders)
    if (const auto found = slots_.find(folder); found != slots_.end() && found->second->waiting)
      try_start(*found->second);
}

void ServiceRegistry::started(Slot& at, std::optional<FailureReason> failure) {
  at.starting = false;
  const bool unwanted = at.removed || stopping_;
  if (!failure && !unwanted) {
    swap(at);
  } else {
    retire(std::move(at.candidate), !failure, {});
    if (!unwanted && at.resting != nullptr) {
      at.reviving = true;
      refuse(at, *std::move(failure));
      return begin_again(at);
    }
    if (at.resting != nullptr) retire(std::move(at.resting), false, {});
    if (failure) refused_start(at, *std::move(failure));
  }
  next_candidate(at);
}

/// The one step by which calls go to the new generation.
void ServiceRegistry::swap(Slot& at) {
  if (at.running != nullptr) {
    auto failure = pass_on_state(at, *at.running, *at.candidate);
    at.state = Value();
    if (failure) {
      retire(std::move(at.candidate), true, {});
      return refuse(at, *std::move(failure));
    }
  }
  std::unique_ptr<LiveService> before = std::exchange(at.running, std::move(at.candidate));
  at.reason.reset();
  if (!std::exchange(at.reviving, false)) at.update_reason.reset();
  at.failures.clear();
  at.pending = at.applying = false;
  at.next_settings.reset();
  at.state = Value();
  at.held.reset();
  at.step.clear();
  at.loaded_at = rfc3339(executor_.clock().wall());
  announce(at, ServiceStatus::running);
  const auto& methods = at.running->generation()->methods();
  const auto open =
      std::count_if(methods.begin(), methods.end(), [](const MethodEntry* m) { return m->is_public; });
  log_.info("Registry", "{}: {} methods, {} public{}", at.service, methods.size(), open,
            before != nullptr || at.resting != nullptr ? ", reloaded" : "");
  for (const MethodEntry* method : methods) log_.debug("Registry", "registered {}", method->path);
  if (hooks_.loaded) hooks_.loaded(at.service, at.running->instance().content_hash(), true);
  if (before != nullptr || at.resting != nullptr) ++reloads_;
  if (before != nullptr) retire(std::move(before), true, {});
  if (at.resting != nullptr) retire(std::move(at.resting), false, {});
  moved(at);
  executor_.post([this] { try_start_waiting(); });
}

/// Takes up what came meanwhile: a newer version, a removal, the end of the node.
void ServiceRegistry::next_candidate(Slot& at) {
  if (at.starting || at.halting) return;
  if (at.candidate != nullptr) {
    at.waiting = false;
    retire(std::move(at.candidate), false, {});
  }
  if (stopping_) return stop_next();
  if (at.removed) return leave(at);
  if (at.queued != nullptr) begin(at, std::move(*std::exchange(at.queued, nullptr)));
}

// ---------------------------------------------------------------- what goes wrong

void ServiceRegistry::refuse(Slot& at, FailureReason reason) {
  const bool rests = at.running == nullptr && at.resting != nullptr;
  log_.error("Hosting", "{}: {}{}", at.service, reason.text(),
             at.running != nullptr ? "; the running version stays"
             : at.reviving         ? "; the version that ran before is started again"
                                   : "");
  if (hooks_.loaded) hooks_.loaded(at.service, {}, false);
  moved(at);
  if (at.running != nullptr || rests) {
    if (at.candidate == nullptr && !rests) at.step.clear();
    at.update_reason = std::move(reason);
    return;
  }
  at.step.clear();
  at.reason = std::move(reason);
  if (at.candidate == nullptr) announce(at, ServiceStatus::failed);
}

/// initialize() failed: a restart is due, unless it has failed too often.
void ServiceRegistry::refused_start(Slot& at, FailureReason reason) {
  if (at.running != nullptr) return refuse(at, std::move(reason));
  at.held.reset();
  at.state = Value();
  at.reviving = false;
  const auto most_failures = static_cast<std::size_t>(at.tries.max_failures);
  const Instant now = executor_.clock().now();
  const auto window = at.tries.window + at.tries.max_failures * at.longest_start;
  std::erase_if(at.failures, [&](Instant when) { return now - when > window; });
  at.failures.push_back(now);
  if (at.failures.size() >= most_failures) {
    reason.message +=
        "; given up after " + std::to_string(most_failures) + " tries, reload the service when it is mended";
    return refuse(at, std::move(reason));
  }
  const auto pause = back_off(at.failures.size() - 1);
  log_.error("Hosting", "{}: {}; next try in {} s", at.service, reason.text(), pause.count());
  at.reason = std::move(reason);
  at.retry_at = executor_.clock().wall() + pause;
  announce(at, ServiceStatus::error);
  moved(at);
  if (stopping_) return;
  at.retry = executor_.post_at(now + pause, [this, folder = at.folder] {
    const auto found = slots_.find(folder);
    if (found == slots_.end()) return;
    found->second->retry = 0;
    found->second->retried = true;
    ++found->second->restarts;
    if (hooks_.bring_again && !stopping_) hooks_.bring_again(folder);
  });
}

void ServiceRegistry::forget_retry(Slot& at) {
  if (at.retry != 0) executor_.cancel(std::exchange(at.retry, 0));
}

void ServiceRegistry::retire(std::unique_ptr<LiveService> live, bool cleanup, Job then) {
  LiveService* leaving = live.get();
  retiring_.push_back(std::move(live));
  leaving->retire(
      cleanup, [this, leaving, after = std::make_shared<Job>(std::move(then))](LiveService::End end) {
        if (end != LiveService::End::unloaded) ++leaked_;
        // From the top of the loop: this runs inside a function of the object that goes.
        executor_.post([this, leaving, end, after] {
          const auto place = std::find_if(retiring_.begin(), retiring_.end(),
                                          [&](const auto& held) { return held.get() == leaving; });
          if (place != retiring_.end()) {
            if (end == LiveService::End::leaked) kept_.push_back(std::move(*place));
            retiring_.erase(place);
          }
          if (*after) (*after)();
          if (stopping_) stop_next();
        });
      });
}

/// Tells the registry of methods what a caller of this service meets now.
void ServiceRegistry::announce(Slot& at, ServiceStatus status) {
  at.status = status;
  const Slot* holder = slot_of(at.service);
  if (holder != &at && holder != nullptr && holder->occupied()) return;  // the name is another folder's
  ServiceEntry entry;
  entry.name = at.service;
  entry.status = status;
  if (status == ServiceStatus::running) entry.generation = at.running->generation();
  if (at.reason) entry.reason = "does not run: " + at.reason->text();
  if (status == ServiceStatus::stopped) entry.reason = "is stopped: " + at.disabled;
  if (at.step == "compile" || at.step == "load") entry.patience = compile_patience;
  if (status == ServiceStatus::starting) {
    entry.reason = "is starting (" + at.step + ")";
    entry.held = at.held;
    if (at.held != nullptr) entry.patience = held_patience;
  }
  if (status == ServiceStatus::error)
    entry.retry_after = std::max(1.0, seconds(at.retry_at - executor_.clock().wall()));
  methods_.publish(std::move(entry));
}

}  // namespace p2p
