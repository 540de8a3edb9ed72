// The rules for a request's head (RFC 9112, made strict): what the bytes must look like, how long they may
// be, and that they can be read in one way only. Pure: bytes in, a verdict out; no socket, no clock.
//
//   HttpHeadScan  finds the end of a head that arrives in pieces and judges its lines: length, number, CRLF,
//   no folding read_head     reads a complete head: the grammar, then lengths given twice or as a list,
//   transfer codings, Host,
//                 targets of another host
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "net/http_head.hpp"
#include "net/http_limits.hpp"

namespace p2p {

class HttpHeadScan {
 public:
  enum class State { more, complete, refused };

  explicit HttpHeadScan(const HttpLimits& limits) : limits_(&limits) {}

  /// `bytes` begins with the request; each call has the bytes of the one before and more behind them. Each
  /// byte is looked at once.
  State scan(std::string_view bytes);
  /// Where the head ends, with its blank line; once `complete`.
  [[nodiscard]] std::size_t size() const noexcept { return line_; }
  [[nodiscard]] const HttpRefusal& refusal() const noexcept { return refusal_; }
  void reset() noexcept { *this = HttpHeadScan(*limits_); }

 private:
  State refuse(Errc code, std::string_view detail);
  std::optional<State> too_long(std::size_t size);
  State unfinished(std::string_view bytes);
  std::optional<State> line(std::string_view text);

  const HttpLimits* limits_;
  std::size_t line_ = 0;      // where the line being read begins
  std::size_t searched_ = 0;  // no line end before this
  std::size_t first_ = 0;     // where the headers begin: behind the request line
  std::size_t count_ = 0;
  HttpRefusal refusal_;
};

/// Reads a complete head into `head`. None when all is well.
[[nodiscard]] std::optional<HttpRefusal> read_head(std::string_view bytes, HttpHead& head);

}  // namespace p2p
