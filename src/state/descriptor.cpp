#include "state/descriptor.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace p2p {

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::unexpected<Error> system_failure(std::string_view path, std::string_view what) {
  const std::error_code error(errno, std::generic_category());
  return fail(Errc::unavailable,
              std::string(path) + ": " + std::string(what) + " failed: " + error.message());
}

Result<void> write_all(int fd, std::string_view bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_failure(path, "write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> read_at(int fd, std::uint64_t offset, std::size_t most, std::string_view path) {
  std::string bytes(most, '\0');
  std::size_t have = 0;
  while (have < most) {
    const ssize_t got = ::pread(fd, bytes.data() + have, most - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(path, "read");
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Result<void> sync_file(int fd, std::string_view path) {
  while (::fsync(fd) != 0) {
    if (errno != EINTR) return system_failure(path, "fsync");
  }
  return {};
}

}  // namespace p2p
