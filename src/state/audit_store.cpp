#include "state/audit_store.hpp"

#include <cerrno>
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/ownership.hpp"

namespace p2p {

namespace fs = std::filesystem;

Result<void> sync_parent(const fs::path& path) {
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.open()) return system_failure(parent.native(), "open");
  return sync_file(folder.get(), parent.native());
}

fs::path aside_name(const fs::path& path, std::string_view word) {
  for (unsigned number = 1;; ++number) {
    char digits[16] = {};
    std::snprintf(digits, sizeof digits, "-%04u", number);
    fs::path name = path.parent_path() / (path.stem().native() + "-" + std::string(word) + digits);
    name += path.extension();
    if (struct stat facts{}; ::lstat(name.c_str(), &facts) != 0) return name;
  }
}

Result<std::unique_ptr<AuditFile>> AuditFile::open(fs::path path) {
  std::unique_ptr<AuditFile> file(new AuditFile(std::move(path)));
  if (auto opened = file->reopen(); !opened) return fail(std::move(opened.error()));
  if (auto kept = sync_parent(file->path_); !kept) return fail(std::move(kept.error()));
  return file;
}

Result<void> AuditFile::reopen() {
  file_ = Descriptor();  // first, since the lock below would meet our own
  Descriptor file(
      ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!file.open()) return system_failure(path_.native(), "open");
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return system_failure(path_.native(), "stat");
  if (auto sound = check_file(facts, path_.native()); !sound) return sound;
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::unavailable, path_.native() + ": another process writes this audit log");
  }
  size_ = static_cast<std::uint64_t>(facts.st_size);
  file_ = std::move(file);
  return {};
}

Result<void> AuditFile::append(std::string_view bytes) {
  auto written = write_all(file_.get(), bytes, path_.native());
  if (written) size_ += bytes.size();
  return written;
}

Result<void> AuditFile::sync() {
  struct stat facts{};
  if (::fstat(file_.get(), &facts) == 0 && facts.st_nlink == 0)  // what nobody can read again is not recorded
    return fail(Errc::unavailable, path_.native() + ": was deleted while it was written");
  while (::fdatasync(file_.get()) != 0) {
    if (errno != EINTR) return system_failure(path_.native(), "fsync");
  }
  return {};
}

Result<void> AuditFile::cut(std::uint64_t size) {
  if (auto opened = reopen(); !opened) return opened;
  if (size_ < size) return fail(Errc::unavailable, path_.native() + ": has become shorter");
  if (size_ == size) return {};
  if (::ftruncate(file_.get(), static_cast<off_t>(size)) != 0)
    return system_failure(path_.native(), "truncate");
  size_ = size;
  return sync_file(file_.get(), path_.native());
}

Result<void> AuditFile::rotate(std::string_view date) {
  const fs::path aside = aside_name(path_, date);
  if (::rename(path_.c_str(), aside.c_str()) != 0) return system_failure(path_.native(), "rename");
  size_ = 0;  // also when there is no new file yet: `cut` makes it
  if (auto opened = reopen(); !opened) return opened;
  return sync_parent(path_);
}

/// A file that stands there already is taken only while it is empty: its records would be of another chain.
Result<bool> AuditFile::renew() {
  struct stat there{}, ours{};
  const bool gone = ::lstat(path_.c_str(), &there) != 0;
  if (gone && errno != ENOENT) return fail(system_failure(path_.native(), "stat").error());
  const bool open = file_.open() && ::fstat(file_.get(), &ours) == 0;
  if (!gone && open && there.st_dev == ours.st_dev && there.st_ino == ours.st_ino) return false;
  if (!gone && there.st_size > 0)
    return fail(Errc::unavailable, path_.native() + ": another file with contents has taken its place");
  size_ = 0;  // also when there is no new file yet: `cut` makes it
  if (auto opened = reopen(); !opened) return fail(std::move(opened.error()));
  if (auto kept = sync_parent(path_); !kept) return fail(std::move(kept.error()));
  return true;
}

}  // namespace p2p
