// StateDir: the directory of what outlives the process: keys, node ids, audit logs (security.md, section 4).
// The nodes of one user on one machine share it.
//
// It is ours alone or it is refused: 0700 and 0600, our uid, no symbolic links; the error says the command
// that repairs it. Every write is a temporary file, fsync, rename, fsync of the directory, so a file is the
// old one or the new one whatever happens. What a file means is the business of others; nothing unreadable is
// ever made anew.
//
// Names are relative: parts of letters, digits, `.`, `_`, `-`, joined by `/`, none beginning with a dot.
//
// Threads: any; processes too. Writers wait for one another, at most `lock_wait`.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string_view>

#include <sys/stat.h>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "state/descriptor.hpp"

namespace p2p {

class StateDir {
 public:
  static constexpr std::size_t file_limit = 16 * 1024 * 1024;  ///< bytes of a file that is read
  static constexpr std::chrono::seconds lock_wait{10};  ///< a holder is done in milliseconds, or it hangs

  /// Makes the directory when it is missing and checks what is in it. unavailable with the reason and the
  /// repair: the program ends with 78 then, before it listens.
  [[nodiscard]] static Result<StateDir> open(const std::filesystem::path& path);

  /// The content; not_found when there is no such file. A Secret, since most are.
  [[nodiscard]] Result<Secret> read(std::string_view name) const;

  /// Replaces or makes the file, with its directories. It is on the disk when this returns.
  [[nodiscard]] Result<void> write(std::string_view name, std::string_view bytes) const;

  /// The content; when the file is missing, `make`'s result is written first. Of nodes started together one
  /// makes it, all read the same.
  [[nodiscard]] Result<Secret> read_or_make(std::string_view name, const std::function<Secret()>& make) const;

  /// The path of a directory in here, made and checked.
  [[nodiscard]] Result<std::filesystem::path> directory(std::string_view relative) const;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  StateDir(std::filesystem::path path, Descriptor folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}

  struct Place {  // an open directory and the last part of a name
    Descriptor folder;
    std::filesystem::path path;
    std::string name;
  };

  [[nodiscard]] Result<Descriptor> lock() const;
  [[nodiscard]] Result<Descriptor> folder_of(const std::filesystem::path& relative, bool make) const;
  [[nodiscard]] Result<Place> place(std::string_view name, bool make) const;
  [[nodiscard]] Result<void> replace(const Place& at, std::string_view bytes) const;

  std::filesystem::path path_;
  Descriptor folder_;
};

}  // namespace p2p
