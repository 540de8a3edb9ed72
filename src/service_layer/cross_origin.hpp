// CrossOrigin: which pages of elsewhere may call this node from a browser (CORS): those whose origin the
// settings name to the letter. Never all, and never with cookies; a token is needed as ever.
//
// Threads: any; nothing here changes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace p2p {

class CrossOrigin {
 public:
  explicit CrossOrigin(const std::vector<std::string>& allowed);

  /// Header lines for the answer to a page of this origin; none when it is not allowed. Valid as long as
  /// this.
  [[nodiscard]] std::string_view lines_for(std::string_view origin) const noexcept;

  /// What a browser may send then, told when it asks.
  static constexpr std::string_view preflight_lines =
      "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, DELETE\r\n"
      "Access-Control-Allow-Headers: Authorization, Content-Type, Cache-Control, Idempotency-Key, "
      "Last-Event-ID, "
      "X-P2P-Target, X-P2P-Timeout, traceparent, tracestate\r\n"
      "Access-Control-Allow-Private-Network: true\r\n"
      "Access-Control-Max-Age: 600\r\n";

 private:
  struct Allowed {
    std::string origin, lines;
  };
  std::vector<Allowed> allowed_;
};

}  // namespace p2p
