// ServicesFolder: keeps the services of this node as the services folder has them. What is put in is
// compiled, loaded and offered to the ServiceRegistry; what changes follows; what goes is stopped. A file
// that is broken or still being copied never gets as far as an offer.
//
//   listing        folder_listing   names, sizes, times, who may write: cheap, taken at every scan and event
//   settled?       here             quiet for 300 ms, nothing open for writing
//   examination    examination      read once, hashed; a library, or a build found or prepared
//   build          compiler
//   load, offer    library, ServiceRegistry
//
// Threads: the loop's own; files are read on the pool. Lifetime: `stop` before the registry stops its
// services; the pool's threads and the loop outlive it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/log.hpp"
#include "framework/service_registry.hpp"
#include "hosting/compiler.hpp"
#include "hosting/examination.hpp"
#include "hosting/folder_watch.hpp"

namespace p2p {

struct HostingSettings {
  std::string services_dir = "./services";
  std::string state_dir;  ///< `build/` lies there; logs are named relative to it
  std::string compiler = "clang++-19";
  std::chrono::milliseconds compile_timeout{120'000};
  int compile_jobs = 1;                             ///< more compete with the node for cores
  bool watch = true;                                ///< false: changes wait for the scan
  std::chrono::milliseconds scan_interval{60'000};  ///< only a net under the watch
  std::string sdk_include;                          ///< the folder of p2p/service.hpp
  std::string sdk_library;                          ///< libp2psdk.so
  /// Where the names of the disabled services are kept, one a line; without these they are forgotten at the
  /// end. Reading what is not there is not_found.
  std::function<Result<std::string>()> read_disabled = {};
  std::function<Result<void>(const std::string&)> write_disabled = {};
};

class ServicesFolder {
 public:
  /// How long a folder must have been quiet: so long no copying pauses.
  static constexpr std::chrono::milliseconds quiet{300};
  /// One file cannot be half a tree.
  static constexpr std::chrono::milliseconds quiet_library{20};

  ServicesFolder(Loop& loop, Log& log, ServiceRegistry& registry, HostingSettings settings);
  ServicesFolder(const ServicesFolder&) = delete;
  ServicesFolder& operator=(const ServicesFolder&) = delete;
  ~ServicesFolder();

  /// Begins with a scan.
  void start();
  /// Nothing is offered after it; a compiler that runs is killed.
  void stop();

  /// Looks at everything now.
  void rescan();
  /// Loads the service of this folder again, though nothing in it changed.
  void bring_again(const std::string& folder);

  /// The same by the operator's word: also what ended a node while it was loaded, and what waits for this
  /// word. False when there is no such folder.
  [[nodiscard]] bool reload(const std::string& folder);
  /// The folder's service stops and does not start any more, over restarts of the node. Refused when that
  /// cannot be kept.
  [[nodiscard]] Result<void> disable(const std::string& folder);
  [[nodiscard]] Result<void> enable(const std::string& folder);
  [[nodiscard]] bool disabled(std::string_view folder) const { return disabled_.contains(folder); }
  /// The folder is being looked at or built, or will be at once.
  [[nodiscard]] bool busy(std::string_view folder) const;

  /// Whatever was in the folder at the start is known to the registry.
  [[nodiscard]] bool first_scan_done() const noexcept { return first_scan_done_; }

 private:
  struct Folder;

  Folder* folder(const std::string& name);
  void touched(const std::string& name, bool whole);
  void look_after(Folder& at, std::chrono::milliseconds delay);
  void look(const std::string& name);
  void taken(FolderListing listing);
  [[nodiscard]] bool settled(Folder& at, const FolderListing& listing);
  void gone(Folder& at, bool exists);
  void wake_users(const std::string& name);

  void act(Folder& at, FolderListing listing);
  void examine_now(const std::string& name, std::uint64_t work, OrReason<std::string> compiler,
                   FolderListing listing);
  void examined(const std::string& name, std::uint64_t work, Examined result);
  void build(Folder& at, const std::shared_ptr<PreparedBuild>& build);
  void load(Folder& at, Examined& result);
  void settle(Folder& at, Examined& result);
  void stay_out(Folder& at, const std::string& why);
  void read_disabled();
  [[nodiscard]] Result<void> keep_disabled();
  void drop(const Examined& result);
  void drop_work(const std::string& work);
  void refused(Folder& at, FailureReason reason);
  void ready(Folder& at);
  Folder* working(const std::string& name, std::uint64_t work);

  void scanned(ServicesListing all);
  void forget_unused();
  void tell_of_scan(const ServicesListing& all);

  Loop& loop_;
  Log& log_;
  ServiceRegistry& registry_;
  HostingSettings settings_;
  CompileSetup setup_;
  BuildStore store_;
  std::unique_ptr<Compiler> compiler_;
  std::unique_ptr<FolderWatch> watch_;
  std::map<std::string, std::unique_ptr<Folder>, std::less<>> folders_;
  std::set<std::string, std::less<>> disabled_;
  std::set<std::string> told_;  ///< what has been said of names, once
  Executor::TimerId scan_timer_ = 0;
  Instant forgotten_at_{};  ///< when builds of removed services were looked for last
  std::uint64_t last_work_ = 0;
  bool scanning_ = false, scan_again_ = false, first_scan_done_ = false, stopped_ = false;
  std::shared_ptr<const void> alive_ = std::make_shared<int>();
};

}  // namespace p2p
