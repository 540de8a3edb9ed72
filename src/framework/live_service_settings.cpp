// What the operator says of a service, put in force: when it is loaded, and while it runs.
#include <algorithm>
#include <atomic>

#include "framework/declared_methods.hpp"
#include "framework/live_service.hpp"

namespace p2p {
namespace {

constexpr std::size_t most_configs = 64;   // former ones that are kept readable
constexpr Duration look_again{5'000'000};  // while methods end on other loops; nobody waits for it

}  // namespace

std::optional<FailureReason> LiveService::check(const MethodOverrides& words) const {
  return check_overrides(words, settings_.file, parameters_of(instance_->object().declared_methods()));
}

GenerationPtr LiveService::make_generation(const MethodOverrides& words, std::vector<std::string>* rejected) {
  std::vector<MethodInfo>& methods = instance_->object().declared_methods();
  for (std::size_t i = 0; i < methods.size(); ++i) methods[i].options.is_public = declared_public_[i];
  auto made = std::make_shared<Generation>(name_, number_, &instance_->object(), methods,
                                           surroundings_.runner.stats(), rejected, words);
  // The service's own answer (get_service_info) tells of its methods as they are.
  for (MethodInfo& method : methods) {
    const MethodEntry* entry = made->find(method.name);
    method.options.is_public = entry != nullptr && entry->is_public;
  }
  for (const std::string& what : made->loosened())
    surroundings_.log.warn("Registry", "{}: {}", settings_.file.empty() ? name_ : settings_.file, what);
  return made;
}

void LiveService::apply(ServiceSettings settings, std::function<void(std::optional<FailureReason>)> done) {
  std::swap(settings_.file, settings.file);  // for messages
  std::optional<FailureReason> wrong = check(settings.methods);
  std::swap(settings_.file, settings.file);
  if (wrong) return done(std::move(wrong));
  if (settings.config == settings_.config) {
    take_up(std::move(settings));
    return done(std::nullopt);
  }
  const auto limit = settings.start;
  runtime_.run(
      "config_changed", change_config(settings.config), limit,
      [this, settings = std::move(settings), done = std::move(done)](std::exception_ptr error) mutable {
        if (!error) {
          take_up(std::move(settings));
          gather(false);
          return done(std::nullopt);
        }
        const bool told = std::exchange(config_put_, false);
        if (told) put_config(settings_.config);
        gather(false);
        const std::string what =
            (told ? "config_changed() failed: " : "calls on other loops did not end: ") + what_of(error);
        done(FailureReason{"config", what + "; the old settings stay", settings.file, 0, 0, {}});
      });
}

Task<> LiveService::change_config(Value config) {
  gather(true);
  if (may_run_beside()) {
    const auto quiet = std::make_shared<bool>(false);
    quiesce_([quiet] { *quiet = true; });
    while (!*quiet || runs_beside()) co_await Sleep(runtime_, look_again);
  }
  put_config(std::move(config));
  config_put_ = true;
  co_await instance_->object().config_changed();
  config_put_ = false;
}

void LiveService::gather(bool at_home) {
  generation_->gather(at_home);
  for (const GenerationPtr& earlier : earlier_) earlier->gather(at_home);
}

bool LiveService::may_run_beside() const {
  return !surroundings_.sides.empty() &&
         std::ranges::any_of(generation_->methods(), &MethodEntry::threadsafe);
}

bool LiveService::runs_beside() const {
  const auto beside = [](const GenerationPtr& one) { return one->pins().beside() != 0; };
  return beside(generation_) || std::ranges::any_of(earlier_, beside);
}

void LiveService::take_up(ServiceSettings settings) {
  const bool same_methods = settings.methods == settings_.methods;
  settings_ = std::move(settings);
  times_.start = settings_.start;
  times_.stop = settings_.stop;
  info_.domain = settings_.domain.empty() ? declared_domain_ : settings_.domain;
  instance_->object().info.domain = info_.domain;
  if (same_methods) return;
  // One that no snapshot holds and no call pins is never looked at again. In this order: a loop lets go of
  // its snapshot after it has pinned.
  std::erase_if(earlier_, [](const GenerationPtr& earlier) {
    if (earlier.use_count() > 1) return false;
    std::atomic_thread_fence(std::memory_order_acquire);
    return earlier->pins().sum() == 0;
  });
  GenerationPtr next = make_generation(settings_.methods, nullptr);
  next->share_gates(*generation_);
  for (const MethodEntry* method : next->methods())
    if (method->gate != nullptr) surroundings_.runner.admit_waiting(*method->gate);
  earlier_.push_back(std::exchange(generation_, std::move(next)));
}

/// The old contents stay where they are: a coroutine of the service may be reading them.
void LiveService::put_config(Value config) {
  Value& place = instance_->object().config;
  configs_.push_back(std::move(place));
  if (configs_.size() > most_configs) configs_.erase(configs_.begin());
  place = std::move(config);
}

}  // namespace p2p
