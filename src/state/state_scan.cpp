#include "state/state_scan.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "state/descriptor.hpp"
#include "state/ownership.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

constexpr int deepest = 3;  // nodes/<port>/<file>
constexpr std::array not_ours = std::to_array<std::string_view>({"build", "venv", "data", "run"});

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

Result<void> scan(int folder, const fs::path& path, int depth);

Result<void> scan_entry(int folder, const std::string& name, const fs::path& path, int depth) {
  struct stat facts{};
  if (::fstatat(folder, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};  // another node has just renamed or removed it
    return system_failure(path.native(), "stat");
  }
  if (!S_ISDIR(facts.st_mode)) return check_file(facts, path.native());
  if (auto sound = check_directory(facts, path.native()); !sound) return sound;
  if (depth >= deepest || std::ranges::find(not_ours, name) != not_ours.end()) return {};
  const Descriptor next(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!next.open()) return system_failure(path.native(), "open");
  return scan(next.get(), path, depth + 1);
}

Result<void> scan(int folder, const fs::path& path, int depth) {
  Descriptor own(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!own.open()) return system_failure(path.native(), "open");
  const int fd = ::fcntl(own.get(), F_DUPFD_CLOEXEC, 0);  // readdir's, which closes it
  const Folder entries(fd < 0 ? nullptr : ::fdopendir(fd));
  if (!entries) return system_failure(path.native(), "readdir");
  while (const dirent* entry =
             ::readdir(entries.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of its own
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (auto sound = scan_entry(folder, name, path / name, depth); !sound) return sound;
  }
  return {};
}

}  // namespace

Result<void> scan_state(int folder, const fs::path& path) { return scan(folder, path, 1); }

}  // namespace p2p
