// Descriptor: a file descriptor with one owner, and the few calls on it that state needs, repeated when a
// signal interrupts them and with what went wrong as a sentence.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

#include "base/result.hpp"

namespace p2p {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool open() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// unavailable: "<path>: <what> failed: No space left on device". Reads errno.
[[nodiscard]] std::unexpected<Error> system_failure(std::string_view path, std::string_view what);

/// All of `bytes`, or the failure; some may have been written then.
[[nodiscard]] Result<void> write_all(int fd, std::string_view bytes, std::string_view path);
/// Up to `most` bytes from `offset`, fewer at the end of the file.
[[nodiscard]] Result<std::string> read_at(int fd, std::uint64_t offset, std::size_t most,
                                          std::string_view path);
[[nodiscard]] Result<void> sync_file(int fd, std::string_view path);

}  // namespace p2p
