// FolderWatch: tells when something in the services folder changes, by inotify. It only says where to look;
// what is there now is for a listing to find out. What it misses (a network file system, an overflow) the
// next scan finds.
//
// Threads: the loop's own.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "hosting/opened.hpp"
#include "net/fd_watch.hpp"

namespace p2p {

class FolderWatch {
 public:
  static constexpr std::size_t most_watches = 8000;
  /// A file that was begun and of which nothing more was heard: a link, or a program that keeps it open.
  static constexpr std::chrono::seconds writing_limit{10};

  struct Hooks {
    /// Something changed in the folder of this name. `whole`: by one step (the folder itself came or went, a
    /// library was closed).
    std::function<void(const std::string& folder, bool whole)> touched;
    /// Anything may have changed: events were lost, or the services folder itself came, went or was replaced.
    std::function<void()> lost;
  };

  FolderWatch(Loop& loop, Log& log, std::string services_folder, Hooks hooks);
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  /// Watches the services folder, or what is above it while it is missing. To be called before each scan.
  void watch_root();
  /// Watches these folders of a service ("" and "util"). True when one was not watched before: what happened
  /// in it until now may have been missed.
  bool follow(const std::string& folder, const std::vector<std::string>& inside);
  /// A file of the folder was begun and is not closed yet.
  [[nodiscard]] bool writing(const std::string& folder);

 private:
  struct Watched {
    std::string folder;  ///< empty: the services folder
    std::string inside;
    bool above = false;  ///< the folder above the services folder
  };
  struct Change {
    std::uint32_t mask;
    std::string name;
  };

  void read_events();
  void take(int watch, const Change& change);
  void take_above(const Change& change);
  void take_root(const Change& change);
  void take_inside(const Watched& at, const Change& change);
  void note_writing(const Watched& at, const Change& change);
  int add(const std::string& path, Watched watched, std::uint32_t mask);
  void forget(const std::string& folder);

  Loop& loop_;
  Log& log_;
  std::string services_folder_;
  Hooks hooks_;
  Opened inotify_;
  std::map<int, Watched> watches_;
  std::map<std::string, std::map<std::string, Instant>> writing_;  // folder -> file -> last heard of
  int root_ = -1, above_ = -1;
  bool full_ = false;
  std::unique_ptr<FdWatch> readable_;
};

}  // namespace p2p
