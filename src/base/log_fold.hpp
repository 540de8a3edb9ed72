// LogFold: of equal lines of one logger the first is written; the rest of that minute is counted and told in
// one line at its end. Pure: it is told the time.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace p2p {

class LogFold {
 public:
  static constexpr std::chrono::seconds span{60};
  static constexpr std::size_t most = 256;  ///< texts remembered; what comes beyond is written as it comes

  struct Folded {
    std::string logger, message;
    std::size_t more = 0;  ///< lines that were not written
  };

  /// Whether a line is to be written now.
  [[nodiscard]] bool admit(std::string_view logger, std::string_view message, WallTime now);
  /// What was counted until its minute was over; each once. Forgets what is old.
  [[nodiscard]] std::vector<Folded> take_due(WallTime now);
  /// When take_due has something to do next.
  [[nodiscard]] std::optional<WallTime> due() const;

 private:
  struct Seen {
    WallTime since;
    std::size_t more = 0;
  };
  std::map<std::pair<std::string, std::string>, Seen> seen_;  // by logger and text
};

}  // namespace p2p
