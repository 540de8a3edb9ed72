#include "hosting/snapshot.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hosting/folder_check.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

std::string reason_of(int number) { return std::generic_category().message(number); }

bool is_header(std::string_view name) {
  return name.ends_with(".hpp") || name.ends_with(".h") || name.ends_with(".hh") || name.ends_with(".hxx");
}

/// The kernel gives no lease on a file that somebody has open for writing. It is given back at once; whoever
/// opens the file meanwhile waits for that, and we get a signal that is ignored (the one by default ends the
/// process).
bool open_for_writing(const Opened& file) {
  if (::fcntl(file.get(), F_SETSIG, SIGURG) != 0) return false;
  if (::fcntl(file.get(), F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN;
  ::fcntl(file.get(), F_SETLEASE, F_UNLCK);
  return false;
}

/// Reads to the end, or one byte beyond `limit`; false with errno.
bool read_all(const Opened& file, std::size_t expected, std::size_t limit, std::string& bytes) {
  bytes.resize(std::min(expected, limit) + 1);
  for (std::size_t have = 0;;) {
    const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    have += static_cast<std::size_t>(got);
    if (got == 0 || have > limit) {
      bytes.resize(have);
      return true;
    }
    if (have == bytes.size()) bytes.resize(std::min(2 * have, limit + 1));
  }
}

}  // namespace

OrReason<void> Snapshot::read(const Opened& services, const std::string& shown, const std::string& path,
                              std::size_t limit) {
  const Opened file = open_beneath(services, path, O_RDONLY | O_NONBLOCK);
  struct stat facts{};
  if (!file || ::fstat(file.get(), &facts) != 0)
    return refuse("folder", errno == ELOOP ? "is a symbolic link, which is not followed" : reason_of(errno),
                  path);
  if (std::string wrong = complaint(facts, shown + '/' + path, ::geteuid()); !wrong.empty())
    return refuse("folder", std::move(wrong), path);
  being_written_ = being_written_ || (is_program_file(path) && open_for_writing(file));
  File read{path, {}};
  if (!S_ISREG(facts.st_mode) || !read_all(file, static_cast<std::size_t>(facts.st_size), limit, read.bytes))
    return refuse("folder", "cannot be read: " + reason_of(errno), path);
  if (read.bytes.size() > limit)
    return refuse("folder", "is larger than " + std::to_string(limit / 1024 / 1024) + " MiB", path);
  size_ += read.bytes.size();
  if (size_ > whole_limit) return refuse("folder", "the folder holds more than 64 MiB", path);
  files_.push_back(std::move(read));
  return {};
}

void Snapshot::read_contracts(const Opened& services, const std::string& shown, const std::string& own) {
  // The names of the folders are read anew; those that are no services' hold no contracts.
  std::error_code error;
  std::vector<std::string> headers;
  for (fs::directory_iterator it(shown, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    const FolderName kind = judge_folder_name(name);
    if (name == own || (kind != FolderName::service && kind != FolderName::builtin)) continue;
    std::error_code inside_error;
    for (fs::directory_iterator in(it->path(), inside_error), last; !inside_error && in != last;
         in.increment(inside_error))
      if (std::string file = in->path().filename().string(); is_header(file) && !file.starts_with('.'))
        headers.push_back(name + '/' + file);
    if (headers.size() > FolderListing::most_files) break;
  }
  std::sort(headers.begin(), headers.end());
  for (const std::string& header : headers) (void)read(services, shown, header, source_limit);
}

OrReason<Snapshot> Snapshot::of_sources(const std::string& services_folder, const FolderListing& listing,
                                        Snapshot begun) {
  const Opened services = open_folder(services_folder);
  for (const std::string& file : listing.files) {
    const std::string path = listing.name + '/' + file;
    if (begun.find(path) != nullptr) continue;
    if (auto done = begun.read(services, services_folder, path, source_limit); !done)
      return refuse(std::move(done.error()));
  }
  begun.read_contracts(services, services_folder, listing.name);
  return begun;
}

OrReason<Snapshot> Snapshot::of_file(const std::string& services_folder, const FolderListing& listing,
                                     const std::string& file, Snapshot begun, std::size_t limit) {
  const Opened services = open_folder(services_folder);
  if (auto done = begun.read(services, services_folder, listing.name + '/' + file, limit); !done)
    return refuse(std::move(done.error()));
  return begun;
}

const Snapshot::File* Snapshot::find(std::string_view path) const {
  const auto found =
      std::find_if(files_.begin(), files_.end(), [&](const File& file) { return file.path == path; });
  return found == files_.end() ? nullptr : &*found;
}

OrReason<void> Snapshot::write_to(const std::string& folder) const {
  for (const File& file : files_) {
    const fs::path path = fs::path(folder) / file.path;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (auto done = write_private(path.string(), file.bytes); !done) return done;
  }
  return {};
}

OrReason<void> write_private(const std::string& path, std::string_view bytes) {
  const Opened file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0700));
  if (!file) return refuse("load", "the state directory cannot be written: " + reason_of(errno));
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return refuse("load", "the state directory cannot be written: " + reason_of(errno));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

}  // namespace p2p
