#include "base/clock.hpp"

#include <algorithm>

#include <time.h>

namespace p2p {

Instant SystemClock::now() const { return std::chrono::steady_clock::now(); }

Instant SystemClock::coarse_now() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return Instant(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

WallTime SystemClock::wall() const { return std::chrono::system_clock::now(); }

namespace {

/// `width` digits of `number`, ending at `end`.
void put_digits(char* end, unsigned number, int width) {
  for (; width > 0; --width, number /= 10) *--end = static_cast<char>('0' + number % 10);
}

/// The date of the day that was asked for last: most times are of the same one, and a date costs divisions.
struct Day {
  std::chrono::sys_days midnight = std::chrono::sys_days::max();
  char text[11] = {};  // "2026-11-22T"
};

void set_day(Day& day, std::chrono::sys_days midnight) {
  const std::chrono::year_month_day date(midnight);
  day.midnight = midnight;
  put_digits(day.text + 4, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(day.text + 7, static_cast<unsigned>(date.month()), 2);
  put_digits(day.text + 10, static_cast<unsigned>(date.day()), 2);
  day.text[4] = day.text[7] = '-';
  day.text[10] = 'T';
}

}  // namespace

std::string rfc3339(WallTime time) {
  thread_local Day day;
  const auto rounded = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto midnight = std::chrono::floor<std::chrono::days>(rounded);
  if (midnight != day.midnight) set_day(day, midnight);
  const auto ms = static_cast<unsigned>((rounded - midnight).count());
  std::string text(24, ':');
  std::copy_n(day.text, sizeof day.text, text.begin());
  put_digits(text.data() + 13, ms / 3'600'000, 2);
  put_digits(text.data() + 16, ms / 60'000 % 60, 2);
  put_digits(text.data() + 19, ms / 1000 % 60, 2);
  put_digits(text.data() + 23, ms % 1000, 3);
  text[19] = '.';
  text[23] = 'Z';
  return text;
}

}  // namespace p2p
