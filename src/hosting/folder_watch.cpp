#include "hosting/folder_watch.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hosting/service_source.hpp"

namespace p2p {
namespace {

constexpr std::uint32_t coming_and_going =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;
constexpr std::uint32_t own_end = IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t in_service =
    coming_and_going | own_end | IN_CLOSE_WRITE | IN_MODIFY | IN_EXCL_UNLINK | IN_DONT_FOLLOW;

/// A link comes into being whole and is never closed.
bool begun(const std::string& path) {
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_nlink == 1;
}

}  // namespace

FolderWatch::FolderWatch(Loop& loop, Log& log, std::string services_folder, Hooks hooks)
    : loop_(loop),
      log_(log),
      services_folder_(std::move(services_folder)),
      hooks_(std::move(hooks)),
      inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (!inotify_) {
    log_.warn("Hosting", "changes of services wait for the next scan: {}",
              std::generic_category().message(errno));
    return;
  }
  readable_ = std::make_unique<FdWatch>(loop_, inotify_.get(), [this] { read_events(); });
}

int FolderWatch::add(const std::string& path, Watched watched, std::uint32_t mask) {
  if (!inotify_) return -1;
  if (watches_.size() >= most_watches) errno = ENOSPC;
  const int watch =
      watches_.size() >= most_watches ? -1 : ::inotify_add_watch(inotify_.get(), path.c_str(), mask);
  if (watch >= 0)
    watches_[watch] = std::move(watched);
  else if (errno == ENOSPC && !std::exchange(full_, true))
    log_.warn("Hosting", "too many folders to watch: changes in some of them wait for the next scan");
  return watch;
}

void FolderWatch::watch_root() {
  const std::string root = services_folder_ + '/';  // with the slash a link that stands for it is followed
  const int now = add(root, {}, coming_and_going | own_end);
  if (root_ >= 0 && root_ != now) {  // another folder has this name now
    ::inotify_rm_watch(inotify_.get(), root_);
    watches_.erase(root_);
    for (auto it = watches_.begin(); it != watches_.end();) {
      const bool inside = !it->second.folder.empty();
      if (inside) ::inotify_rm_watch(inotify_.get(), it->first);
      it = inside ? watches_.erase(it) : std::next(it);
    }
    writing_.clear();
  }
  root_ = now;
  std::error_code error;
  const auto absolute = std::filesystem::absolute(services_folder_, error).lexically_normal();
  const auto above = (absolute.has_filename() ? absolute : absolute.parent_path()).parent_path();
  if (above_ < 0) above_ = add(above.string(), {{}, {}, true}, coming_and_going);
}

bool FolderWatch::follow(const std::string& folder, const std::vector<std::string>& inside) {
  bool fresh = false;
  for (const std::string& part : inside) {
    const std::size_t before = watches_.size();
    (void)add(services_folder_ + '/' + folder + (part.empty() ? "" : '/' + part), {folder, part, false},
              in_service);
    fresh = fresh || watches_.size() > before;
  }
  return fresh;
}

bool FolderWatch::writing(const std::string& folder) {
  const auto found = writing_.find(folder);
  if (found == writing_.end()) return false;
  const Instant now = loop_.clock().now();
  std::erase_if(found->second, [&](const auto& file) { return now - file.second > writing_limit; });
  if (!found->second.empty()) return true;
  writing_.erase(found);
  return false;
}

void FolderWatch::forget(const std::string& folder) {
  std::erase_if(watches_, [&](const auto& watch) {
    if (watch.second.folder != folder) return false;
    ::inotify_rm_watch(inotify_.get(), watch.first);
    return true;
  });
  writing_.erase(folder);
}

void FolderWatch::read_events() {
  alignas(inotify_event) char bytes[16 * 1024];
  const ssize_t size = ::read(inotify_.get(), bytes, sizeof bytes);  // what is left calls us again
  for (ssize_t at = 0; at + static_cast<ssize_t>(sizeof(inotify_event)) <= size;) {
    inotify_event event{};
    std::memcpy(&event, bytes + at, sizeof event);
    const char* name = bytes + at + sizeof event;
    at += static_cast<ssize_t>(sizeof event + event.len);
    take(event.wd, {event.mask, event.len > 0 ? std::string(name) : std::string()});
  }
}

void FolderWatch::take(int watch, const Change& change) {
  if ((change.mask & IN_Q_OVERFLOW) != 0) {
    writing_.clear();
    return hooks_.lost();
  }
  const auto found = watches_.find(watch);
  if (found == watches_.end()) return;
  const Watched at = found->second;
  if ((change.mask & IN_IGNORED) != 0) {  // it was deleted, or we let go of it
    watches_.erase(found);
    if (watch == root_) root_ = -1;
    if (watch == above_) above_ = -1;
    return;
  }
  if (at.above) return take_above(change);
  if (watch == root_) return take_root(change);
  take_inside(at, change);
}

void FolderWatch::take_above(const Change& change) {
  const auto own = std::filesystem::path(services_folder_ + '/').parent_path().filename();
  if (change.name == own.string()) hooks_.lost();
}

void FolderWatch::take_root(const Change& change) {
  if ((change.mask & own_end) != 0 || ((change.mask & IN_ATTRIB) != 0 && change.name.empty()))
    return hooks_.lost();
  if (change.name.empty() || change.name.front() == '.') return;
  if ((change.mask & (IN_MOVED_FROM | IN_DELETE)) != 0) forget(change.name);
  if ((change.mask & (IN_CREATE | IN_MOVED_TO)) != 0 && (change.mask & IN_ISDIR) != 0)
    (void)follow(change.name, {""});
  hooks_.touched(change.name, true);
}

void FolderWatch::take_inside(const Watched& at, const Change& change) {
  if (change.name.empty() || change.name.front() == '.') return;  // of itself its parent tells
  note_writing(at, change);
  if ((change.mask & (IN_CREATE | IN_MOVED_TO)) != 0 && (change.mask & IN_ISDIR) != 0)
    (void)follow(at.folder, {at.inside.empty() ? change.name : at.inside + '/' + change.name});
  const bool whole = (change.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0 && change.name.ends_with(".so");
  hooks_.touched(at.folder, whole);
}

void FolderWatch::note_writing(const Watched& at, const Change& change) {
  if ((change.mask & IN_ISDIR) != 0 || !is_program_file(change.name)) return;
  const std::string file = at.inside + '/' + change.name;
  if ((change.mask & (IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM)) != 0) {
    const auto found = writing_.find(at.folder);
    if (found != writing_.end()) found->second.erase(file);
  } else if ((change.mask & IN_MODIFY) != 0 ||
             ((change.mask & IN_CREATE) != 0 && begun(services_folder_ + '/' + at.folder + '/' + file))) {
    writing_[at.folder][file] = loop_.clock().now();
  }
}

}  // namespace p2p
