// BuildStore: what lies in `build/` of the state directory, a folder for each service:
//
//   build/my_service/<key>.so       a library, named by the key of its build; with <key>.log and <key>.d, the
//   files it
//                                   was made of. The last three are kept.
//   build/my_service/work-<pid>-<n> a build that runs, and
//   build/my_service/run-<pid>-<n>.so   a copy that is loaded: a new name each time, since the loader knows
//   libraries
//                                   by name and inode. Those of processes that are gone are swept.
//
// The nodes of one user share it, so everything appears whole, by rename, and may be gone when it is looked
// for.
//
// Threads: any; used on the pool.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hosting/build_key.hpp"
#include "hosting/or_reason.hpp"
#include "hosting/snapshot.hpp"

namespace p2p {

/// The files that the dependency files of a build name; each once, sorted. Also of a build that failed.
[[nodiscard]] std::vector<std::string> dependencies_made(const std::string& work, std::size_t sources);

class BuildStore {
 public:
  static constexpr std::size_t kept = 3;  ///< libraries of one service

  explicit BuildStore(std::string state_dir);

  struct Built {
    std::string key;
    std::string path;                       ///< of the library
    std::vector<std::string> dependencies;  ///< the files it was made of
  };
  /// A library that this snapshot would be built into once more.
  [[nodiscard]] std::optional<Built> find(const std::string& service, const BuildBase& base,
                                          const std::vector<std::string>& sources,
                                          const Snapshot& snapshot) const;

  /// Where a build may work: a new folder, made with its way there.
  [[nodiscard]] OrReason<std::string> make_work(const std::string& service, std::uint64_t number) const;
  /// Takes the library out of `work`.
  [[nodiscard]] OrReason<Built> keep(const std::string& service, const BuildBase& base,
                                     const std::vector<std::string>& sources, const Snapshot& snapshot,
                                     const std::string& work) const;
  /// Writes the whole log of a build; the name is relative to the state directory.
  [[nodiscard]] std::string keep_log(const std::string& service, const std::string& key,
                                     const std::string& text) const;
  void drop_work(const std::string& work) const;

  /// A copy that nobody has loaded yet.
  [[nodiscard]] OrReason<std::string> copy_to_run(const std::string& service, std::uint64_t number,
                                                  const std::string& library) const;
  [[nodiscard]] OrReason<std::string> write_to_run(const std::string& service, std::uint64_t number,
                                                   std::string_view bytes) const;

  /// Removes what processes left behind that are gone.
  void sweep() const;

  /// Removes what is known of services that no process has loaded and nobody has built or found for
  /// `unused_for`: those that were removed. One that comes back is compiled once more.
  static constexpr std::chrono::hours unused_for{7 * 24};
  void forget_unused(std::filesystem::file_time_type now) const;

  /// Where the builds of a service lie.
  [[nodiscard]] std::string folder(const std::string& service) const { return root_ + '/' + service; }

 private:
  [[nodiscard]] std::string run_name(const std::string& service, std::uint64_t number) const;
  void forget_old(const std::string& service) const;

  std::string state_dir_, root_;
};

}  // namespace p2p
