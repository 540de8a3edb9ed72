// From one version of a service to the next while it serves: what is handed over, a reload or restart that
// stops first, other settings.
#include <algorithm>

#include "framework/service_registry.hpp"

namespace p2p {
namespace {

constexpr std::chrono::milliseconds long_hand_over{100};  // it keeps everybody waiting

}  // namespace

// ---------------------------------------------------------------- state

/// Both in this turn of the loop: no call begins in between. Gives why `to` cannot follow: what refuses the
/// state would serve without it, and it would be lost.
std::optional<FailureReason> ServiceRegistry::pass_on_state(Slot& at, LiveService& from, LiveService& to) {
  const Instant before = executor_.clock().now();
  try {
    at.state = from.instance().object().hand_over();
  } catch (...) {
    at.state = Value();
    log_.error("Service." + at.service, "hand_over() failed: {}; the new version begins without its state",
               what_of(std::current_exception()));
  }
  auto failure = give_state(at, to);
  if (const auto took = executor_.clock().now() - before; took > long_hand_over)
    log_.warn("Service." + at.service, "hand_over() and take_over() took {:.0f} ms, everybody else waited",
              milliseconds(took));
  return failure;
}

std::optional<FailureReason> ServiceRegistry::give_state(Slot& at, LiveService& to) {
  if (at.state.is_null()) return std::nullopt;
  try {
    // A copy while the old version might be needed again.
    to.instance().object().take_over(at.resting != nullptr ? at.state : std::exchange(at.state, Value()));
  } catch (...) {
    return FailureReason{"take_over", "take_over() failed: " + what_of(std::current_exception()), {}, 0, 0,
                         {}};
  }
  return std::nullopt;
}

// ---------------------------------------------------------------- stop first

bool ServiceRegistry::restart(const std::string& folder) {
  const auto found = slots_.find(folder);
  if (stopping_ || found == slots_.end()) return false;
  Slot& at = *found->second;
  if (at.running == nullptr || !at.idle()) return false;
  at.restarting = true;
  ++at.restarts;
  halt(at);
  return true;
}

/// From here until the successor serves, new calls are held.
void ServiceRegistry::halt(Slot& at) {
  at.halting = true;
  at.applying = false;
  at.next_settings.reset();
  at.step = "stop the version that ran";
  at.held = at.running->generation();
  at.resting = std::move(at.running);
  announce(at, ServiceStatus::starting);
  log_.info("Registry", "{}: stopping first, new calls are held", at.service);
  at.resting->halt([this, &at](LiveService::End end) {
    executor_.post([this, &at, end] { rested(at, end); });  // a slot that is halting is not erased
  });
}

void ServiceRegistry::rested(Slot& at, LiveService::End end) {
  at.halting = false;
  const bool again = std::exchange(at.restarting, false);
  if (end != LiveService::End::resting) {  // it may run still: it stays mapped, and has no state to give
    ++leaked_;
    kept_.push_back(std::move(at.resting));
  }
  if (at.removed || stopping_ || (at.candidate == nullptr && !again)) {
    if (at.resting != nullptr) retire(std::move(at.resting), false, {});
    return next_candidate(at);
  }
  if (again) return begin_again(at);
  if (at.resting != nullptr) {
    if (auto failure = pass_on_state(at, *at.resting, *at.candidate)) {
      retire(std::move(at.candidate), false, {});
      at.reviving = true;
      refuse(at, *std::move(failure));
      return begin_again(at);
    }
  }
  start(at);
}

/// With a new object of the code that rests: for a restart, or since its successor has failed.
void ServiceRegistry::begin_again(Slot& at) {
  if (at.resting == nullptr) {
    refused_start(at,
                  {"initialize", "the version that ran did not end; the folder's is loaded", {}, 0, 0, {}});
    return next_candidate(at);
  }
  ServiceOffer offer{at.resting->release(), at.resting->settings()};
  std::string wrong = offer.instance->renew();
  at.resting.reset();  // only now: the old object's destructor may have looked at it
  if (!wrong.empty()) {
    offer.instance->unload();
    refused_start(at, {"load", "it cannot be begun with again: " + wrong, {}, 0, 0, {}});
    return next_candidate(at);
  }
  at.candidate = make_live(std::move(offer));
  if (auto failure = at.candidate->prepare()) {
    retire(std::move(at.candidate), false, {});
    refused_start(at, *std::move(failure));
    return next_candidate(at);
  }
  if (at.reviving)
    if (const auto failure = give_state(at, *at.candidate))
      log_.error("Service." + at.service, "{}; it begins without the state", failure->message);
  start(at);
}

// ---------------------------------------------------------------- settings

void ServiceRegistry::pending(const std::string& folder) {
  const auto found = slots_.find(folder);
  if (found == slots_.end() || std::exchange(found->second->pending, true)) return;
  log_.info("Registry",
            "{}: its folder has changed; the new version waits for a reload (reload = \"manual\")",
            found->second->service);
  moved(*found->second);
}

bool ServiceRegistry::apply(const std::string& folder, ServiceSettings settings, std::string content) {
  const auto found = slots_.find(folder);
  if (stopping_ || found == slots_.end()) return false;
  Slot& at = *found->second;
  const bool runs = at.running != nullptr && at.candidate == nullptr && at.queued == nullptr && !at.removed;
  if (!runs || at.running->settings().role != settings.role) return false;
  if (std::exchange(at.applying, true)) {
    at.next_settings.emplace(std::move(settings), std::move(content));
    return true;
  }
  at.tries = settings.restart;
  at.longest_start = settings.start;
  at.running->apply(std::move(settings),
                    [this, folder, number = at.running->number(), content](auto failure) {
                      const auto slot = slots_.find(folder);
                      const LiveService* live = slot == slots_.end() ? nullptr : slot->second->running.get();
                      if (live != nullptr && live->number() == number && slot->second->applying)
                        applied(*slot->second, content, std::move(failure));
                    });
  return true;
}

void ServiceRegistry::applied(Slot& at, const std::string& content, std::optional<FailureReason> failure) {
  at.applying = false;
  if (failure) {
    refuse(at, *std::move(failure));
  } else {
    at.pending = false;
    at.update_reason.reset();
    announce(at, ServiceStatus::running);
    if (hooks_.loaded) hooks_.loaded(at.service, content, true);
    log_.info("Registry", "{}: other settings are in force, without a reload", at.service);
    moved(at);
  }
  auto next = std::exchange(at.next_settings, std::nullopt);
  if (next && !apply(at.folder, std::move(next->first), std::move(next->second)) && hooks_.bring_again)
    hooks_.bring_again(at.folder);
}

}  // namespace p2p
