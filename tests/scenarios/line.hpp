// Line: one line of a scenario, cut into words. It is taken word by word, and knows where it stands for
// whoever has to complain about it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gossip/action.hpp"

namespace p2p::scenarios {

/// The text makes no sense, or what it expects does not hold.
struct Complaint : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Line {
 public:
  /// Without what follows a `#`.
  Line(std::string file, std::size_t number, std::string_view text);

  [[nodiscard]] bool done() const noexcept { return next_ == words_.size(); }
  /// The next word, which is taken.
  std::string word(std::string_view what_it_is);
  /// Takes the next word if it is this one.
  bool take(std::string_view word);
  void expect(std::string_view word);
  void expect_end();

  gossip::TimePoint time();  ///< 300ms, 3s, 2.5s, 2m, 24h
  std::uint64_t number(std::string_view what_it_is);
  double share();  ///< 10%

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] Complaint complaint(std::string_view why) const;

 private:
  std::string where_, text_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

}  // namespace p2p::scenarios
