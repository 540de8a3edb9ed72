#include "tests/scenarios/line.hpp"

#include <charconv>
#include <sstream>

namespace p2p::scenarios {
namespace {

/// A number at the beginning of `word`; the rest is put into `unit`.
bool read(const std::string& word, double& number, std::string& unit) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  unit.assign(end, word.data() + word.size());
  return error == std::errc() && number >= 0;
}

}  // namespace

Line::Line(std::string file, std::size_t number, std::string_view text)
    : where_(std::move(file) + ":" + std::to_string(number)), text_(text.substr(0, text.find('#'))) {
  std::istringstream in(text_);
  for (std::string word; in >> word;) words_.push_back(std::move(word));
}

Complaint Line::complaint(std::string_view why) const {
  return Complaint(where_ + ": " + std::string(why) + "\n    " + text_);
}

std::string Line::word(std::string_view what_it_is) {
  if (done()) throw complaint("here should be " + std::string(what_it_is));
  return words_[next_++];
}

bool Line::take(std::string_view word) {
  if (done() || words_[next_] != word) return false;
  ++next_;
  return true;
}

void Line::expect(std::string_view word) {
  if (!take(word)) throw complaint("here should be \"" + std::string(word) + '"');
}

void Line::expect_end() {
  if (!done()) throw complaint("\"" + words_[next_] + "\" is too much");
}

gossip::TimePoint Line::time() {
  double number = 0;
  std::string unit;
  const bool good = read(word("a time"), number, unit);
  const double scale = unit == "ms"  ? 1e3
                       : unit == "s" ? 1e6
                       : unit == "m" ? 60e6
                       : unit == "h" ? 3'600e6
                                     : 0;
  if (!good || scale == 0) throw complaint("a time is written 300ms, 3s, 2m or 24h");
  return static_cast<gossip::TimePoint>(number * scale);
}

std::uint64_t Line::number(std::string_view what_it_is) {
  const std::string digits = word(what_it_is);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size())
    throw complaint(std::string(what_it_is) + " is a number");
  return number;
}

double Line::share() {
  double number = 0;
  std::string unit;
  if (!read(word("a share"), number, unit) || unit != "%" || number > 100)
    throw complaint("a share is written 10%");
  return number / 100;
}

}  // namespace p2p::scenarios
