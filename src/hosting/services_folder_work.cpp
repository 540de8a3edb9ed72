// The second half of ServicesFolder: what is done about a folder that has changed and is quiet.
#include <filesystem>
#include <system_error>
#include <utility>

#include "hosting/compile_error.hpp"
#include "hosting/impl/watched_folder.hpp"
#include "hosting/library.hpp"
#include "hosting/load_mark.hpp"
#include "hosting/pool_job.hpp"

namespace p2p {

void ServicesFolder::act(Folder& at, FolderListing listing) {
  if (first_scan_done_ && at.acted != listing.stamp) wake_users(at.name);
  at.acted = listing.stamp;
  at.forced = at.changed = false;
  if (disabled_.contains(at.name)) return stay_out(at, by_operator);
  if (listing.wrong) return refused(at, *listing.wrong);
  at.work = ++last_work_;
  if (!listing.has("main.cpp"))  // then no compiler is needed, whatever service.toml says
    return examine_now(at.name, at.work, std::string(), std::move(listing));
  compiler_->version([this, name = at.name, work = at.work,
                      listing = std::move(listing)](const OrReason<std::string>& version) {
    examine_now(name, work, version, listing);
  });
}

/// The folder, if it still waits for this piece of work.
ServicesFolder::Folder* ServicesFolder::working(const std::string& name, std::uint64_t work) {
  const auto found = folders_.find(name);
  return found == folders_.end() || found->second->work != work ? nullptr : found->second.get();
}

void ServicesFolder::examine_now(const std::string& name, std::uint64_t work, OrReason<std::string> compiler,
                                 FolderListing listing) {
  Folder* at = working(name, work);
  if (at == nullptr) return;
  const bool anew = std::exchange(at->reload, false);
  const ServiceSlot* slot = registry_.find_folder(name);
  const bool serves = slot != nullptr && slot->running != nullptr && !anew;
  ExamineOrder order{settings_.services_dir,
                     store_,
                     setup_,
                     std::move(compiler),
                     std::move(listing),
                     anew ? std::string() : at->code,
                     at->settings,
                     serves,
                     work};
  on_pool(
      loop_, alive_, [order = std::move(order)] { return examine(order); },
      [this, name, work](Examined result) { examined(name, work, std::move(result)); });
}

void ServicesFolder::examined(const std::string& name, std::uint64_t work, Examined result) {
  Folder* at = working(name, work);
  if (at == nullptr || result.moved_on) {
    drop(result);
    if (at == nullptr) return;
  } else if (result.build) {
    return build(*at, result.build);
  }
  at->work = 0;
  at->work_dir.clear();
  const bool too_early = result.cut_off && loop_.clock().now() - at->seen_at < quiet;
  if (result.moved_on || too_early) {
    at->acted.clear();
    return look_after(*at, quiet);
  }
  if (!result.uses.empty()) at->uses = std::move(result.uses);
  if (result.reason) return refused(*at, *std::move(result.reason));
  at->lacks_header = false;
  if (result.disabled) {
    stay_out(*at, "disabled by `enabled = false` in its service.toml");
    return ready(*at);
  }
  if (result.pending) {
    registry_.pending(name);
    return ready(*at);
  }
  if (result.unchanged || result.settings_alone) return settle(*at, result);
  load(*at, result);
}

/// The code is what was offered last. If that is what runs, it is told of its settings; if it is not (its
/// start has failed, or goes on), it is loaded again with them.
void ServicesFolder::settle(Folder& at, Examined& result) {
  const ServiceSlot* slot = registry_.find_folder(at.name);
  const bool runs =
      slot != nullptr && slot->running != nullptr && slot->running->instance().content_hash() == at.content;
  const bool clean = runs && !slot->pending;
  if (result.unchanged && (clean || !runs)) return ready(at);
  at.settings = result.settings.hash;
  if (!runs || !registry_.apply(at.name, std::move(result.settings), result.content))
    at.forced = at.reload = true;
  ready(at);
}

/// What nobody wants any more.
void ServicesFolder::drop(const Examined& result) {
  std::error_code error;
  if (!result.copy.empty()) std::filesystem::remove(result.copy, error);
  if (result.build) drop_work(result.build->work);
}

void ServicesFolder::drop_work(const std::string& work) {
  if (work.empty()) return;
  const auto remove = [store = store_, work] {
    store.drop_work(work);
    return true;
  };
  on_pool(loop_, alive_, remove, [](bool) {});
}

void ServicesFolder::build(Folder& at, const std::shared_ptr<PreparedBuild>& build) {
  at.work_dir = build->work;
  registry_.working(at.name, "compile");
  const std::weak_ptr<const void> alive = alive_;
  auto started = [this, name = at.name] { log_.info("Hosting", "compiling {}", name); };
  auto done = [this, alive, name = at.name, work = at.work, build](CompileEnd end) {
    if (alive.expired() || working(name, work) == nullptr) return;
    if (end.trouble.empty()) log_.info("Hosting", "{} compiled in {:.1f} s", name, seconds(end.duration));
    on_pool(
        loop_, alive_, [build, end] { return finish_build(*build, end); },
        [this, name, work](Examined result) { examined(name, work, std::move(result)); });
  };
  compiler_->compile({at.name, build->commands, build->work + "/source", build->work}, std::move(started),
                     std::move(done));
}

void ServicesFolder::load(Folder& at, Examined& result) {
  if (std::exchange(at.asked, false)) LoadMark::forget(store_.folder(at.name));
  const LoadMark mark(store_.folder(at.name), result.content);
  if (mark.blames()) {
    std::error_code ignored;
    std::filesystem::remove(result.copy, ignored);
    return refused(at, {"load",
                        "a node ended while it loaded this very version; change it, or try again with "
                        "`p2p_admin service reload " +
                            at.name + '`',
                        result.shown,
                        0,
                        0,
                        {}});
  }
  // Before any code of it runs: code that ends or hangs the node here leaves this line as the last.
  log_.info("Hosting", "loading {}", at.name);
  auto loaded = load_library(result.copy, at.name, result.shown, result.content);
  if (!loaded) return refused(at, std::move(loaded.error()));
  if (!loaded->warning.empty()) log_.warn("Hosting", "{}: {}", at.name, loaded->warning);
  at.code = result.code;
  at.content = result.content;
  at.settings = result.settings.hash;
  registry_.offer(at.name, std::move(loaded->instance), std::move(result.settings));
  ready(at);
}

void ServicesFolder::refused(Folder& at, FailureReason reason) {
  if (reason.step == "settings")
    at.settings = unknown_settings;  // the code is as good as before
  else
    at.code.clear();
  at.asked = false;
  at.lacks_header = lacks_header(reason);
  registry_.failed(at.name, std::move(reason));
  ready(at);
}

/// Takes up what changed meanwhile.
void ServicesFolder::ready(Folder& at) {
  if ((std::exchange(at.changed, false) || at.forced) && at.timer == 0) look_after(at, at_once);
}

}  // namespace p2p
