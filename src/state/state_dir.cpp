#include "state/state_dir.hpp"

#include <algorithm>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include "state/ownership.hpp"
#include "state/state_scan.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

constexpr int open_folder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool is_part(std::string_view part) {
  return !part.empty() && part.size() <= 200 && part.front() != '.' && std::ranges::all_of(part, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

Result<fs::path> checked_name(std::string_view name) {
  for (std::string_view rest = name;;) {
    const std::size_t slash = rest.find('/');
    if (!is_part(rest.substr(0, slash))) {
      return fail(Errc::internal, "'" + std::string(name) + "' is no name in the state directory");
    }
    if (slash == std::string_view::npos) return fs::path(name);
    rest.remove_prefix(slash + 1);
  }
}

Result<void> make_folders(const fs::path& path) {
  fs::path so_far;
  for (const fs::path& part : path) {
    so_far /= part;
    if (::mkdir(so_far.c_str(), 0700) == 0 || errno == EEXIST) continue;
    // A parent that is there but not ours to look at answers otherwise (EACCES, EROFS); the end is what
    // counts.
    if (struct stat facts{}; ::stat(so_far.c_str(), &facts) == 0) continue;
    return system_failure(so_far.native(), "mkdir");
  }
  return {};
}

Result<Descriptor> open_checked(const fs::path& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return system_failure(path.native(), "stat");
  if (auto sound = check_directory(facts, path.native()); !sound) return fail(std::move(sound.error()));
  Descriptor folder(::open(path.c_str(), open_folder));
  if (!folder.open()) return system_failure(path.native(), "open");
  // Once more on what is really open: the name may have been given to something else meanwhile.
  if (::fstat(folder.get(), &facts) != 0) return system_failure(path.native(), "stat");
  if (auto sound = check_directory(facts, path.native()); !sound) return fail(std::move(sound.error()));
  return folder;
}

Result<Descriptor> open_part(int folder, const fs::path& part, const fs::path& so_far, bool make) {
  if (make && ::mkdirat(folder, part.c_str(), 0700) != 0 && errno != EEXIST) {
    return system_failure(so_far.native(), "mkdir");
  }
  struct stat facts{};
  if (::fstatat(folder, part.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return fail(Errc::not_found, so_far.native() + ": there is no such directory");
    return system_failure(so_far.native(), "stat");
  }
  if (auto sound = check_directory(facts, so_far.native()); !sound) return fail(std::move(sound.error()));
  Descriptor next(::openat(folder, part.c_str(), open_folder));
  if (!next.open()) return system_failure(so_far.native(), "open");
  return next;
}

}  // namespace

Result<StateDir> StateDir::open(const fs::path& path) {
  // A trailing slash would make the kernel follow a symbolic link.
  fs::path whole = fs::absolute(path).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  if (auto made = make_folders(whole); !made) return fail(std::move(made.error()));
  auto folder = open_checked(whole);
  if (!folder) return fail(std::move(folder.error()));
  StateDir state(std::move(whole), std::move(*folder));
  const auto held = state.lock();  // so that nothing is looked at half made
  if (!held) return fail(held.error());
  if (auto sound = scan_state(state.folder_.get(), state.path_); !sound)
    return fail(std::move(sound.error()));
  return state;
}

Result<Descriptor> StateDir::lock() const {
  const std::string path = path_ / ".lock";
  Descriptor file(::openat(folder_.get(), ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.open()) return system_failure(path, "open");
  constexpr int step_ms = 10;
  const auto tries = std::chrono::milliseconds(lock_wait).count() / step_ms;
  for (auto left = tries; left > 0; --left) {
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
    if (errno != EWOULDBLOCK && errno != EINTR) return system_failure(path, "flock");
    ::poll(nullptr, 0, step_ms);
  }
  return fail(Errc::unavailable,
              path + ": another process holds the lock for more than " + std::to_string(lock_wait.count()) +
                  " s; run: fuser -v " + shell_word(path),
              {{"hint", "fuser -v " + shell_word(path)}});
}

Result<Descriptor> StateDir::folder_of(const fs::path& relative, bool make) const {
  Descriptor folder(::openat(folder_.get(), ".", open_folder));
  if (!folder.open()) return system_failure(path_.native(), "open");
  fs::path so_far = path_;
  for (const fs::path& part : relative) {
    so_far /= part;
    auto next = open_part(folder.get(), part, so_far, make);
    if (!next) return next;
    folder = std::move(*next);
  }
  return folder;
}

Result<StateDir::Place> StateDir::place(std::string_view name, bool make) const {
  const auto relative = checked_name(name);
  if (!relative) return fail(relative.error());
  auto folder = folder_of(relative->parent_path(), make);
  if (!folder) return fail(std::move(folder.error()));
  return Place{std::move(*folder), path_ / *relative, relative->filename().native()};
}

Result<Secret> StateDir::read(std::string_view name) const {
  const auto at = place(name, false);
  if (!at) return fail(at.error());
  // Not blocking: somebody may have put a pipe there.
  const Descriptor file(
      ::openat(at->folder.get(), at->name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat facts{};
  if (!file.open()) {
    if (errno == ENOENT) return fail(Errc::not_found, at->path.native() + ": there is no such file");
    const auto error = system_failure(at->path.native(), "open");
    if (::fstatat(at->folder.get(), at->name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) return error;
    if (auto sound = check_file(facts, at->path.native()); !sound) return fail(std::move(sound.error()));
    return error;
  }
  if (::fstat(file.get(), &facts) != 0) return system_failure(at->path.native(), "stat");
  if (auto sound = check_file(facts, at->path.native()); !sound) return fail(std::move(sound.error()));
  auto bytes = read_at(file.get(), 0, std::min(static_cast<std::size_t>(facts.st_size), file_limit + 1),
                       at->path.native());
  if (!bytes) return fail(std::move(bytes.error()));
  if (bytes->size() > file_limit) return fail(Errc::too_large, at->path.native() + ": has more than 16 MiB");
  return Secret(std::move(*bytes));
}

Result<void> StateDir::write(std::string_view name, std::string_view bytes) const {
  const auto held = lock();
  if (!held) return fail(held.error());
  const auto at = place(name, true);
  if (!at) return fail(at.error());
  return replace(*at, bytes);
}

Result<Secret> StateDir::read_or_make(std::string_view name, const std::function<Secret()>& make) const {
  const auto held = lock();
  if (!held) return fail(held.error());
  auto found = read(name);
  if (found || found.error().code() != Errc::not_found) return found;
  const auto at = place(name, true);
  if (!at) return fail(at.error());
  Secret made = make();
  if (auto written = replace(*at, made.reveal()); !written) return fail(std::move(written.error()));
  return made;
}

Result<void> StateDir::replace(const Place& at, std::string_view bytes) const {
  // One fixed name, under the lock: what a killed process left behind is overwritten, not collected.
  const std::string fresh = "." + at.name + ".new";
  const Descriptor file(
      ::openat(at.folder.get(), fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.open()) return system_failure(at.path.native(), "open");
  auto done = write_all(file.get(), bytes, at.path.native());
  if (done) done = sync_file(file.get(), at.path.native());
  if (done && ::renameat(at.folder.get(), fresh.c_str(), at.folder.get(), at.name.c_str()) != 0) {
    done = system_failure(at.path.native(), "rename");
  }
  if (!done) {
    ::unlinkat(at.folder.get(), fresh.c_str(), 0);
    return done;
  }
  return sync_file(at.folder.get(), at.path.native());
}

Result<fs::path> StateDir::directory(std::string_view relative) const {
  const auto name = checked_name(relative);
  if (!name) return fail(name.error());
  if (auto folder = folder_of(*name, true); !folder) return fail(std::move(folder.error()));
  return path_ / *name;
}

}  // namespace p2p
