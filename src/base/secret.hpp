// Secret: bytes that must not leak. Wiped on destruction, not printable, compared in constant time, moved but
// never copied by accident.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace p2p {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  /// The bytes, for the function that needs them; do not keep the view.
  [[nodiscard]] std::string_view reveal() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  [[nodiscard]] Secret clone() const { return Secret(bytes_); }

 private:
  void wipe() noexcept;
  std::string bytes_;
};

/// Whether both are the same bytes, in a time that tells nothing but their lengths.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace p2p
