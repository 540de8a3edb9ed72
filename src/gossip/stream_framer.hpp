// StreamFramer: how long the one message of a stream is, told while it comes. A stream has no frame of its
// own: encrypted, the length comes first; in clear, the message ends where its msgpack does. Nothing is
// looked at twice, so a message that drips in byte by byte costs no more than one that comes at once.
//
// Does not: keep bytes, decrypt, judge what a message says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "gossip/limits.hpp"

namespace p2p::gossip {

inline constexpr std::size_t frame_header_size =
    5;  ///< of an encrypted message: its type, and 4 bytes of length

class StreamFramer {
 public:
  /// `limit` is the largest message, its header not counted.
  explicit StreamFramer(std::size_t limit = stream_limit) : limit_(limit) {}

  /// Bytes of the whole message as far as can be told: when they are no more than `so_far` has, the message
  /// is the first so many of `so_far`; until then at least so many must come. Each call is given what the one
  /// before was given, and more. An error stays one.
  [[nodiscard]] Result<std::size_t> needed(std::string_view so_far);

 private:
  [[nodiscard]] Result<std::size_t> sealed(std::string_view so_far) const;
  [[nodiscard]] Result<std::size_t> plain(std::string_view so_far, bool has_header);
  [[nodiscard]] Result<void> read_header(std::string_view so_far);

  std::size_t limit_;
  std::uint64_t at_ = 1;      // where the next value begins
  std::uint64_t values_ = 1;  // still to come; a byte each, at least
  std::uint64_t tail_ = 0;    // bytes after the last of them
  bool header_read_ = false;
};

}  // namespace p2p::gossip
