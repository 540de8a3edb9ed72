#include "hosting/services_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "hosting/folder_check.hpp"
#include "hosting/impl/watched_folder.hpp"
#include "hosting/pool_job.hpp"

namespace p2p {
namespace {

CompileSetup setup_of(const HostingSettings& settings) {
  CompileSetup setup;
  setup.compiler = settings.compiler;
  setup.sdk_include = settings.sdk_include;
  setup.sdk_library = settings.sdk_library;
  setup.extra_flags = flags_of_this_program();
  std::error_code error;
  const auto services = std::filesystem::absolute(settings.services_dir, error).lexically_normal();
  setup.services_dir = (services.has_filename() ? services : services.parent_path()).string();
  return setup;
}

/// Paths that work from every directory.
HostingSettings absolute(HostingSettings settings) {
  std::error_code error;
  for (std::string* path : {&settings.state_dir, &settings.sdk_include, &settings.sdk_library})
    *path = std::filesystem::absolute(*path, error).lexically_normal().string();
  while (settings.services_dir.size() > 1 && settings.services_dir.ends_with('/'))
    settings.services_dir.pop_back();
  return settings;
}

}  // namespace

ServicesFolder::ServicesFolder(Loop& loop, Log& log, ServiceRegistry& registry, HostingSettings settings)
    : loop_(loop),
      log_(log),
      registry_(registry),
      settings_(absolute(std::move(settings))),
      setup_(setup_of(settings_)),
      store_(settings_.state_dir),
      compiler_(std::make_unique<Compiler>(
          loop, Compiler::Settings{settings_.compiler, settings_.compile_timeout, settings_.compile_jobs})) {}

ServicesFolder::~ServicesFolder() { stop(); }

void ServicesFolder::start() {
  read_disabled();
  if (settings_.watch) {
    FolderWatch::Hooks hooks;
    hooks.touched = [this](const std::string& name, bool whole) { touched(name, whole); };
    hooks.lost = [this] {
      if (scan_timer_ != 0) loop_.cancel(scan_timer_);
      scan_timer_ = loop_.post_at(loop_.clock().now() + quiet, [this] { rescan(); });
    };
    watch_ = std::make_unique<FolderWatch>(loop_, log_, settings_.services_dir, std::move(hooks));
  }
  const auto sweep = [store = store_] {
    store.sweep();
    return true;
  };
  on_pool(loop_, alive_, sweep, [this](bool) { rescan(); });
}

void ServicesFolder::stop() {
  if (std::exchange(stopped_, true)) return;
  alive_.reset();
  if (scan_timer_ != 0) loop_.cancel(scan_timer_);
  for (const auto& [name, at] : folders_)
    if (at->timer != 0) loop_.cancel(std::exchange(at->timer, 0));
  watch_.reset();
  compiler_.reset();
}

bool ServicesFolder::reload(const std::string& name) {
  const auto found = folders_.find(name);
  if (stopped_ || found == folders_.end() || !found->second->known) return false;
  found->second->asked = true;
  bring_again(name);
  return true;
}

bool ServicesFolder::busy(std::string_view name) const {
  const auto found = folders_.find(name);
  if (found == folders_.end()) return false;
  const Folder& at = *found->second;
  return at.known && (at.work != 0 || at.forced || at.changed || at.acted.empty());
}

// ---------------------------------------------------------------- disabled services

void ServicesFolder::read_disabled() {
  if (!settings_.read_disabled) return;
  const Result<std::string> text = settings_.read_disabled();
  if (!text && text.error().code() != Errc::not_found)
    log_.error("Hosting", "which services are disabled cannot be read, so none is: {}",
               text.error().message());
  if (!text) return;
  for (std::size_t begin = 0; begin < text->size();) {
    const auto end = std::min(text->find('\n', begin), text->size());
    const std::string name = text->substr(begin, end - begin);
    if (judge_folder_name(name) == FolderName::service) disabled_.insert(name);
    begin = end + 1;
  }
}

Result<void> ServicesFolder::keep_disabled() {
  if (!settings_.write_disabled) return {};
  std::string text;
  for (const std::string& name : disabled_) text += name + '\n';
  return settings_.write_disabled(text);
}

/// Written first: what is said to be disabled stays so.
Result<void> ServicesFolder::disable(const std::string& name) {
  Folder* at = folder(name);
  if (at == nullptr || !at->known) return fail(Errc::service_not_found, "there is no folder " + name);
  if (disabled_.insert(name).second)
    if (auto kept = keep_disabled(); !kept) {
      disabled_.erase(name);
      return kept;
    }
  stay_out(*at, by_operator);
  return {};
}

Result<void> ServicesFolder::enable(const std::string& name) {
  if (disabled_.erase(name) == 0) return {};
  if (auto kept = keep_disabled(); !kept) {
    disabled_.insert(name);
    return kept;
  }
  bring_again(name);
  return {};
}

/// Whatever is done for the folder is given up.
void ServicesFolder::stay_out(Folder& at, const std::string& why) {
  compiler_->drop(at.name);
  at.work = 0;
  drop_work(std::exchange(at.work_dir, {}));
  at.code.clear();
  at.changed = at.forced = at.reload = at.asked = at.lacks_header = false;
  registry_.disabled(at.name, why);
}

void ServicesFolder::bring_again(const std::string& name) {
  Folder* at = stopped_ || !folders_.contains(name) ? nullptr : folder(name);
  if (at == nullptr) return;
  at->forced = at->reload = true;
  at->changed = at->work != 0;
  look_after(*at, at_once);
}

// ---------------------------------------------------------------- looking

ServicesFolder::Folder* ServicesFolder::folder(const std::string& name) {
  if (judge_folder_name(name) != FolderName::service) return nullptr;
  const auto found = folders_.find(name);
  if (found != folders_.end()) return found->second.get();
  if (folders_.size() >= ServicesListing::most_folders) return nullptr;
  return folders_.emplace(name, std::make_unique<Folder>(name)).first->second.get();
}

void ServicesFolder::touched(const std::string& name, bool whole) {
  if (Folder* at = folder(name)) look_after(*at, whole ? quiet_library : quiet);
}

/// Each further event puts it off.
void ServicesFolder::look_after(Folder& at, std::chrono::milliseconds delay) {
  if (at.timer != 0) loop_.cancel(at.timer);
  at.timer = loop_.post_at(loop_.clock().now() + delay, [this, name = at.name] {
    const auto found = folders_.find(name);
    if (found == folders_.end()) return;
    found->second->timer = 0;
    look(name);
  });
}

void ServicesFolder::look(const std::string& name) {
  Folder* at = folder(name);
  if (at == nullptr) return;
  if (std::exchange(at->looking, true)) {
    at->look_again = true;
    return;
  }
  on_pool(
      loop_, alive_, [services = settings_.services_dir, name] { return list_service(services, name); },
      [this](FolderListing listing) {
        Folder* seen = folder(listing.name);
        if (seen == nullptr) return;
        seen->looking = false;
        if (std::exchange(seen->look_again, false)) return look(seen->name);
        taken(std::move(listing));
      });
}

void ServicesFolder::taken(FolderListing listing) {
  Folder* at = folder(listing.name);
  if (at == nullptr || listing.unknown) return;
  // What happened before a folder was watched nobody tells: then it is looked at once more.
  if (watch_ && listing.exists && watch_->follow(listing.name, listing.folders) && at->timer == 0)
    look_after(*at, quiet);
  if (!listing.exists) return gone(*at, false);
  if (!listing.has_program()) {
    if (at->acted != listing.stamp) wake_users(at->name);  // it may hold contracts
    at->acted = listing.stamp;
    return gone(*at, true);
  }
  if (!std::exchange(at->known, true)) registry_.working(at->name, "load");
  if (!settled(*at, listing)) return;
  if (listing.stamp == at->acted && !at->forced) return;
  if (at->work != 0) {
    at->changed = true;
    return;
  }
  act(*at, std::move(listing));
}

/// Quiet for long enough, by the files' own times or because two looks saw the same. Otherwise looks again in
/// time.
bool ServicesFolder::settled(Folder& at, const FolderListing& listing) {
  const auto need = listing.lone_library() ? quiet_library : quiet;
  const Instant now = loop_.clock().now();
  if (at.seen != listing.stamp) {
    at.seen = listing.stamp;
    at.seen_at = now;
  }
  const auto age =
      std::chrono::duration_cast<std::chrono::milliseconds>(loop_.clock().wall() - listing.newest);
  const bool writing = watch_ && watch_->writing(at.name);
  if (!writing && (age >= need || now - at.seen_at >= need)) return true;
  const auto rest = writing ? quiet : std::clamp(need - age + at_once, at_once, need + at_once);
  if (at.timer == 0) look_after(at, rest);
  return false;
}

/// Nothing to run there any more, or never was.
void ServicesFolder::gone(Folder& at, bool exists) {
  const std::string name = at.name;
  compiler_->drop(name);
  at.work = 0;  // what still comes of it is not wanted
  drop_work(std::exchange(at.work_dir, {}));
  at.code.clear();
  at.seen.clear();
  at.uses.clear();
  at.changed = at.forced = at.reload = at.asked = at.lacks_header = false;
  if (std::exchange(at.known, false)) {
    registry_.removed(name);
    wake_users(name);
  }
  if (exists || at.timer != 0 || at.looking) return;
  folders_.erase(name);
}

/// Those that include a header of this folder, or miss one, are examined again.
void ServicesFolder::wake_users(const std::string& name) {
  for (const auto& [other, at] : folders_) {
    if (other == name || (!at->uses.contains(name) && !at->lacks_header)) continue;
    at->forced = true;
    at->changed = at->work != 0;
    if (at->timer == 0) look_after(*at, quiet);
  }
}

// ---------------------------------------------------------------- scans

void ServicesFolder::rescan() {
  if (stopped_) return;
  if (scan_timer_ != 0) loop_.cancel(std::exchange(scan_timer_, 0));
  if (std::exchange(scanning_, true)) {
    scan_again_ = true;
    return;
  }
  if (watch_) watch_->watch_root();
  on_pool(
      loop_, alive_, [services = settings_.services_dir] { return list_services(services); },
      [this](ServicesListing all) { scanned(std::move(all)); });
}

void ServicesFolder::scanned(ServicesListing all) {
  scanning_ = false;
  tell_of_scan(all);
  std::set<std::string> found;
  for (FolderListing& listing : all.folders) {
    found.insert(listing.name);
    Folder* at = folder(listing.name);
    if (at != nullptr && !at->looking) taken(std::move(listing));
  }
  std::vector<std::string> others;  // looked at by themselves: they may have come after the scan passed
  for (const auto& [name, at] : folders_)
    if (!found.contains(name)) others.push_back(name);
  if (all.unreadable.empty())
    for (const std::string& name : others) look(name);
  first_scan_done_ = true;
  forget_unused();
  scan_timer_ = loop_.post_at(loop_.clock().now() + settings_.scan_interval, [this] {
    scan_timer_ = 0;
    rescan();
  });
  if (std::exchange(scan_again_, false)) rescan();
}

/// Once a day, and after the first scan.
void ServicesFolder::forget_unused() {
  const Instant now = loop_.clock().now();
  if (forgotten_at_ != Instant{} && now - forgotten_at_ < std::chrono::hours(24)) return;
  forgotten_at_ = now;
  const auto forget = [store = store_] {
    store.forget_unused(std::filesystem::file_time_type::clock::now());
    return true;
  };
  on_pool(loop_, alive_, forget, [](bool) {});
}

void ServicesFolder::tell_of_scan(const ServicesListing& all) {
  const auto once = [this](const std::string& what) {
    return told_.size() < 1000 && told_.insert(what).second;
  };
  if (!all.unreadable.empty())
    log_.warn("Hosting", "{} cannot be read: {}", settings_.services_dir, all.unreadable);
  else if (!all.exists && once("/missing"))
    log_.info("Hosting", "there is no {} yet", settings_.services_dir);
  if (all.builtin_passed_over && once("/system"))
    log_.debug("Hosting", "system: built in, its folder is passed over");
  if (all.too_many && once("/many"))
    log_.warn("Hosting", "more than {} folders in {}: the others are passed over",
              ServicesListing::most_folders, settings_.services_dir);
  for (const std::string& name : all.wrong_names)
    if (once(name))
      log_.warn("Hosting", "{}: no name for a service; it must match [a-z][a-z0-9_-]{{0,63}}", name);
}

}  // namespace p2p
