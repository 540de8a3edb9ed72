// AnswerWriter: an HttpAnswer to the bytes of a response. The head is put together from ready pieces; the
// date and the headers every answer has are one string, made once a second.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace p2p {

struct HttpAnswer;

class AnswerWriter {
 public:
  /// `constant_headers`: lines that every answer has, each ending with \r\n.
  AnswerWriter(std::string constant_headers, WallTime now);

  void set_date(WallTime now);

  enum class Body { send, leave_out };  ///< left out for HEAD: the head tells its length all the same
  enum class After { keep_open, close };
  /// Appends the response. `besides`: header lines that are the request's, not the answer's.
  void write(std::string& out, const HttpAnswer& answer, Body body, After after,
             std::string_view besides = {}) const;

  enum class Coding { chunked, until_close };
  /// Appends the head of a response whose length is not known.
  void write_head(std::string& out, const HttpAnswer& answer, Coding coding, After after,
                  std::string_view besides = {}) const;

 private:
  void begin_head(std::string& out, const HttpAnswer& answer, After after, std::string_view besides) const;

  std::string constant_headers_;
  std::string common_;  // Date and the constant headers
};

/// Appends one chunk (RFC 9112, section 7.1); nothing for an empty `piece`, which would be the last.
void append_chunk(std::string& out, std::string_view piece);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// "Sun, 06 Nov 1994 08:49:37 GMT"
[[nodiscard]] std::string http_date(WallTime time);

}  // namespace p2p
