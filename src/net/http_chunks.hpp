// HttpChunks: takes the chunked coding off a body (RFC 9112, section 7), strictly. A size is 1 to 16
// hexadecimal digits followed by CRLF or an extension; extensions and trailers are bounded and dropped. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace p2p {

class HttpChunks {
 public:
  enum class State {
    more,
    done,
    oversized,  ///< more data is announced than the limit allows
    refused
  };
  struct Step {
    State state = State::more;
    std::size_t taken = 0;    ///< bytes of `in`; all of them while `more`
    std::size_t written = 0;  ///< bytes of data at `out`
  };

  HttpChunks() = default;
  explicit HttpChunks(std::size_t limit) : left_(limit) {}

  /// Decodes `in` to `out`, which may be the same memory at or before `in`.
  Step decode(std::string_view in, char* out);
  [[nodiscard]] std::string_view detail() const noexcept { return detail_; }

 private:
  enum class At {
    size,
    size_digits,
    extension,
    size_end,
    data,
    data_end,
    data_feed,
    line,
    trailer,
    trailer_end,
    end
  };

  State control(char c);
  State digit(char c);
  State size_known(char c);
  State trailer(char c);
  State refuse(std::string_view detail);

  At at_ = At::size;
  std::uint64_t size_ = 0;  // of this chunk, what is still to come
  std::uint64_t left_ = 0;  // of the limit
  std::size_t digits_ = 0;
  std::size_t extra_ = 0;  // bytes of extensions and trailers so far
  bool colon_ = false;     // this trailer has a name
  std::string_view detail_;
};

}  // namespace p2p
