// Snapshot: the files of a service as they were read, each opened once. What is hashed, compiled and loaded
// is this, so a file that is swapped a moment later has no part in it.
//
// Threads: any; made on the pool.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosting/folder_listing.hpp"
#include "hosting/or_reason.hpp"

namespace p2p {

class Snapshot {
 public:
  static constexpr std::size_t source_limit =
      4 * 1024 * 1024;  ///< bytes of one file beside a program's sources
  static constexpr std::size_t whole_limit = 64 * 1024 * 1024;  ///< bytes of all, and of a library

  Snapshot() noexcept {}  // NOLINT(modernize-use-equals-default): a default argument below needs it now

  struct File {
    std::string path;  ///< relative to the services folder: "my_service/main.cpp"
    std::string bytes;
  };

  /// All files of the listed folder, and of the other services' folders the headers that lie directly in
  /// them, which are their contracts (`#include <system/api.hpp>`). A foreign header that may not be trusted
  /// is left out.
  /// Those that `begun` has are not read a second time.
  [[nodiscard]] static OrReason<Snapshot> of_sources(const std::string& services_folder,
                                                     const FolderListing& listing, Snapshot begun = {});
  /// One library, or one other file of the folder, up to `limit`.
  [[nodiscard]] static OrReason<Snapshot> of_file(const std::string& services_folder,
                                                  const FolderListing& listing, const std::string& file,
                                                  Snapshot begun = {}, std::size_t limit = whole_limit);

  /// Somebody had one of them open for writing: what was read may be half of it.
  [[nodiscard]] bool being_written() const noexcept { return being_written_; }
  [[nodiscard]] const std::vector<File>& files() const noexcept { return files_; }
  [[nodiscard]] const File* find(std::string_view path) const;

  /// Writes them under `folder`, paths kept.
  [[nodiscard]] OrReason<void> write_to(const std::string& folder) const;

 private:
  OrReason<void> read(const Opened& services, const std::string& shown, const std::string& path,
                      std::size_t limit);
  void read_contracts(const Opened& services, const std::string& shown, const std::string& own);

  std::vector<File> files_;
  std::size_t size_ = 0;
  bool being_written_ = false;
};

/// Writes a new private file.
[[nodiscard]] OrReason<void> write_private(const std::string& path, std::string_view bytes);

}  // namespace p2p
