#include "hosting/folder_listing.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.hpp"
#include "hosting/folder_check.hpp"
#include "hosting/service_toml.hpp"

namespace p2p {
namespace {

/// The names in an open folder. errno is set when it cannot be read.
std::vector<std::string> names_in(const Opened& folder, std::size_t most) {
  std::vector<std::string> names;
  const int copy = ::fcntl(folder.get(), F_DUPFD_CLOEXEC, 3);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(copy < 0 ? nullptr : ::fdopendir(copy), &::closedir);
  if (directory == nullptr) return names;
  ::rewinddir(directory.get());
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name.starts_with('.') || name == "__pycache__") continue;
    names.emplace_back(name);
    if (names.size() > most) break;
  }
  std::sort(names.begin(), names.end());
  return names;
}

WallTime changed_at(const struct stat& facts) {
  const auto since_epoch =
      std::chrono::seconds(facts.st_ctim.tv_sec) + std::chrono::nanoseconds(facts.st_ctim.tv_nsec);
  return WallTime(std::chrono::duration_cast<WallTime::duration>(since_epoch));
}

/// Goes through one service's folder.
class Lister {
 public:
  Lister(FolderListing& listing, const Opened& services, const std::string& shown)
      : listing_(listing), services_(services), shown_(shown), us_(::geteuid()) {}

  void enter(const std::string& inside, int level) {
    const std::string path = inside.empty() ? listing_.name : listing_.name + '/' + inside;
    const Opened folder = open_beneath(services_, path, O_RDONLY | O_DIRECTORY);
    if (!folder) {
      listing_.closed = listing_.closed || inside.empty();
      return wrong(path, "cannot be opened: " + std::generic_category().message(errno));
    }
    listing_.folders.push_back(inside);
    for (const std::string& name : names_in(folder, FolderListing::most_files)) {
      if (listing_.files.size() >= FolderListing::most_files || level > FolderListing::most_levels)
        return wrong(path, "there is too much in it: at most 1000 files, 8 folders deep");
      struct stat facts{};
      if (::fstatat(folder.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0)
        continue;  // gone meanwhile
      look_at(facts, inside.empty() ? name : inside + '/' + name);
      if (S_ISDIR(facts.st_mode)) enter(inside.empty() ? name : inside + '/' + name, level + 1);
    }
  }

  void look_at(const struct stat& facts, const std::string& inside) {
    const std::string path = inside.empty() ? listing_.name : listing_.name + '/' + inside;
    // A file that changes its place or its rights has changed too: its ctime says so.
    for (const auto number :
         {static_cast<std::uint64_t>(facts.st_dev), static_cast<std::uint64_t>(facts.st_ino),
          static_cast<std::uint64_t>(facts.st_mode), static_cast<std::uint64_t>(facts.st_size),
          static_cast<std::uint64_t>(facts.st_ctim.tv_sec),
          static_cast<std::uint64_t>(facts.st_ctim.tv_nsec)})
      stamp_.add({reinterpret_cast<const char*>(&number), sizeof number});
    stamp_.add(path).add({"\0", 1});
    listing_.newest = std::max(listing_.newest, changed_at(facts));
    if (S_ISLNK(facts.st_mode) && inside.empty())
      listing_.closed = true;
    else if (!S_ISDIR(facts.st_mode))
      listing_.files.push_back(inside);  // `wrong` tells what is no file
    if (std::string found = complaint(facts, shown_ + '/' + path, us_); !found.empty())
      wrong(path, std::move(found));
  }

  void finish() {
    std::sort(listing_.files.begin(), listing_.files.end());
    const Digest digest = stamp_.finish();
    listing_.stamp = as_text(digest);
  }

 private:
  void wrong(const std::string& path, std::string message) {
    if (!listing_.wrong) listing_.wrong = FailureReason{"folder", std::move(message), path, 0, 0, {}};
  }

  FolderListing& listing_;
  const Opened& services_;
  const std::string& shown_;
  uid_t us_;
  Sha256 stamp_;
};

bool holds_program(const Opened& services, const std::string& name) {
  const Opened folder = open_beneath(services, name, O_RDONLY | O_DIRECTORY);
  if (!folder) return false;
  const auto names = names_in(folder, FolderListing::most_files);
  const auto found = source_of(name, names);
  return !found || found->kind != ServiceSource::Kind::none;
}

/// Whoever may change the way here may change what is in it; once that is mended the stamp is another.
void mistrust(FolderListing& listing, const FailureReason& why) {
  listing.wrong = why;
  listing.stamp += '!';
}

void list_one(ServicesListing& all, const Opened& services, const std::string& name,
              const std::string& shown) {
  switch (judge_folder_name(name)) {
    case FolderName::passed_over: return;
    case FolderName::builtin: all.builtin_passed_over = true; return;
    case FolderName::wrong:
      if (holds_program(services, name)) all.wrong_names.push_back(name);
      return;
    case FolderName::service: break;
  }
  FolderListing listing = list_folder(services, name, shown);
  if (listing.exists) all.folders.push_back(std::move(listing));
}

}  // namespace

bool FolderListing::has_program() const {
  if (closed) return true;  // it may be one
  const auto source = source_of(name, files);
  return !source || source->kind != ServiceSource::Kind::none;
}

bool FolderListing::has(std::string_view file) const {
  return std::binary_search(files.begin(), files.end(), file);
}

bool FolderListing::lone_library() const {
  if (has(service_toml_name)) return false;
  const auto source = source_of(name, files);
  return source && source->kind == ServiceSource::Kind::library;
}

FolderListing list_folder(const Opened& services, const std::string& name, const std::string& shown) {
  FolderListing listing;
  listing.name = name;
  struct stat facts{};
  if (::fstatat(services.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) return listing;
  listing.exists = S_ISDIR(facts.st_mode) || S_ISLNK(facts.st_mode);
  if (!listing.exists) return listing;
  Lister lister(listing, services, shown);
  lister.look_at(facts, {});
  if (S_ISDIR(facts.st_mode)) lister.enter({}, 1);
  lister.finish();
  return listing;
}

ServicesListing list_services(const std::string& folder) {
  ServicesListing all;
  const Opened services = open_folder(folder);
  if (!services) {
    if (errno != ENOENT && errno != ENOTDIR) all.unreadable = std::generic_category().message(errno);
    return all;
  }
  all.exists = true;
  const auto names = names_in(services, 10 * ServicesListing::most_folders);
  if (errno != 0 && names.empty()) all.unreadable = std::generic_category().message(errno);
  for (const std::string& name : names) {
    all.too_many = all.folders.size() >= ServicesListing::most_folders;
    if (all.too_many) break;
    list_one(all, services, name, folder);
  }
  if (const auto way = check_way_to(folder); !way)
    for (FolderListing& listing : all.folders) mistrust(listing, way.error());
  return all;
}

FolderListing list_service(const std::string& services_folder, const std::string& name) {
  const Opened services = open_folder(services_folder);
  FolderListing listing;
  listing.name = name;
  listing.unknown = !services && errno != ENOENT && errno != ENOTDIR;
  if (!services) return listing;
  listing = list_folder(services, name, services_folder);
  if (const auto way = check_way_to(services_folder); !way) mistrust(listing, way.error());
  return listing;
}

}  // namespace p2p
