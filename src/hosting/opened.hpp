// Opened: a descriptor with one owner, and the one way hosting opens what lies in the services folder:
// beneath a folder that is already open, following no link.
//
// Threads: any, one at a time.
#pragma once

#include <string>
#include <utility>

namespace p2p {

class Opened {
 public:
  Opened() = default;
  explicit Opened(int fd) noexcept : fd_(fd) {}
  Opened(Opened&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Opened& operator=(Opened&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Opened();

  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_ = -1;
};

/// A folder by its path, links followed: for the services folder itself, whose way is checked apart.
[[nodiscard]] Opened open_folder(const std::string& path);
/// `relative` ("." or "a/b") beneath `folder`; errno says why it could not be opened, ELOOP for a symbolic
/// link.
[[nodiscard]] Opened open_beneath(const Opened& folder, const std::string& relative, int flags);

}  // namespace p2p
