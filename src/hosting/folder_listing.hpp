// FolderListing: what lies in the folder of one service, without reading it: the files, whether they may be
// trusted, and a stamp that changes with each of them. Taken often (at every scan and after every change), so
// it costs a few system calls a file.
//
// Hidden files and __pycache__ are passed over: editors and version control put them there.
//
// Threads: any; made on the pool.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "hosting/opened.hpp"
#include "hosting/service_source.hpp"

namespace p2p {

struct FolderListing {
  static constexpr std::size_t most_files = 1000;
  static constexpr int most_levels = 8;

  std::string name;
  bool exists = false;
  bool unknown = false;              ///< the services folder itself could not be opened: nothing is known
  bool closed = false;               ///< it cannot be entered; `wrong` says why
  std::vector<std::string> files;    ///< "main.cpp", "util/text.hpp"; sorted
  std::vector<std::string> folders;  ///< "" for itself, "util"
  std::string stamp;                 ///< equal stamps: nothing has changed
  WallTime newest{};                 ///< when something in it changed last, by the file system's clock
  std::optional<FailureReason> wrong;

  /// Something here could run, whether or not it may.
  [[nodiscard]] bool has_program() const;
  [[nodiscard]] bool has(std::string_view file) const;
  /// Nothing to load but a library, which one change makes whole. With a service.toml beside it there are
  /// two.
  [[nodiscard]] bool lone_library() const;
};

/// `shown` is the services folder as the settings name it, for commands that mend.
[[nodiscard]] FolderListing list_folder(const Opened& services, const std::string& name,
                                        const std::string& shown);

struct ServicesListing {
  static constexpr std::size_t most_folders = 1000;

  bool exists = false;
  std::string unreadable;              ///< why the folder is there and cannot be read: then nothing is known
  std::vector<FolderListing> folders;  ///< those whose name can be a service's
  std::vector<std::string> wrong_names;  ///< folders that hold a program under a name no service can have
  bool builtin_passed_over = false, too_many = false;
};

/// All of the services folder.
[[nodiscard]] ServicesListing list_services(const std::string& folder);
/// One folder of it. `wrong` is also set when the way to the services folder is not safe.
[[nodiscard]] FolderListing list_service(const std::string& services_folder, const std::string& name);

}  // namespace p2p
