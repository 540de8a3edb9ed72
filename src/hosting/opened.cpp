#include "hosting/opened.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace p2p {
namespace {

/// For kernels before 5.6 and sandboxes that forbid openat2: the same, one part of the path after another.
Opened open_by_parts(int folder, const std::string& relative, int flags) {
  Opened at(::openat(folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t begin = 0; at;) {
    const auto slash = relative.find('/', begin);
    const std::string part = relative.substr(begin, slash - begin);
    if (part == ".." || part.empty()) {
      errno = EXDEV;
      return {};
    }
    if (slash == relative.npos)
      return Opened(::openat(at.get(), part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    at = Opened(::openat(at.get(), part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    begin = slash + 1;
  }
  return {};
}

}  // namespace

Opened::~Opened() {
  if (fd_ >= 0) ::close(fd_);
}

Opened open_folder(const std::string& path) {
  return Opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

Opened open_beneath(const Opened& folder, const std::string& relative, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags | O_CLOEXEC));
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const long fd = ::syscall(SYS_openat2, folder.get(), relative.c_str(), &how, sizeof how);
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) return open_by_parts(folder.get(), relative, flags);
  return Opened(static_cast<int>(fd));
}

}  // namespace p2p
