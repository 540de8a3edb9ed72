// TextScan: lines, words and numbers taken from the front of one of the kernel's texts, without a copy.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>

namespace system_service {

/// Takes the first line off `text`, without its end.
inline std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

/// Takes the first word off `line`; empty at its end.
inline std::string_view next_word(std::string_view& line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == line.npos) return line = {};
  const std::size_t end = line.find_first_of(" \t", begin);
  const std::string_view word = line.substr(begin, end == line.npos ? end : end - begin);
  line.remove_prefix(end == line.npos ? line.size() : end);
  return word;
}

/// The number that `word` begins with; 0 without one and for a negative one, which no counter is.
inline std::int64_t number(std::string_view word) {
  std::int64_t value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value);
  return value > 0 ? value : 0;
}

inline std::int64_t next_number(std::string_view& line) { return number(next_word(line)); }

/// Counters that stand at the largest number rather than wrap, whatever a text says.
inline std::int64_t sum(std::int64_t a, std::int64_t b) {
  std::int64_t value = 0;
  return __builtin_add_overflow(a, b, &value) ? std::numeric_limits<std::int64_t>::max() : value;
}
inline std::int64_t product(std::int64_t a, std::int64_t b) {
  std::int64_t value = 0;
  return __builtin_mul_overflow(a, b, &value) ? std::numeric_limits<std::int64_t>::max() : value;
}

}  // namespace system_service
