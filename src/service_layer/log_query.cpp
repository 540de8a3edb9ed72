#include "service_layer/log_query.hpp"

#include <algorithm>
#include <charconv>

#include "base/json.hpp"
#include "service_layer/list_query.hpp"
#include "service_layer/node_filter.hpp"

namespace p2p {
namespace {

/// Takes exactly `digits` digits from the front.
bool take_number(std::string_view& text, std::size_t digits, int& number) {
  if (text.size() < digits) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc() || end != text.data() + digits || text.front() == '-') return false;
  text.remove_prefix(digits);
  return true;
}
bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

/// ".637" to nanoseconds; nothing is nothing.
bool take_fraction(std::string_view& text, std::chrono::nanoseconds& fraction) {
  if (!take(text, '.')) return true;
  std::int64_t value = 0, unit = 1'000'000'000;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits == 9) return false;
    value += (text[digits] - '0') * (unit /= 10);
  }
  text.remove_prefix(digits);
  fraction = std::chrono::nanoseconds(value);
  return digits > 0;
}

bool take_offset(std::string_view& text, std::chrono::minutes& offset) {
  if (take(text, 'Z')) return true;
  const bool west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return false;
  text.remove_prefix(1);
  int hours = 0, minutes = 0;
  if (!take_number(text, 2, hours) || !take(text, ':') || !take_number(text, 2, minutes)) return false;
  offset = std::chrono::minutes((hours * 60 + minutes) * (west ? -1 : 1));
  return hours < 24 && minutes < 60;
}

Result<WallTime> read_since(std::string_view text, WallTime now) {
  if (const auto ago = read_duration(text)) return now - std::chrono::nanoseconds(*ago);
  if (const auto at = read_rfc3339(text)) return *at;
  return fail(Errc::invalid_request,
              "since: expected a time span as 30s, 5m or 1h, or a time as 2026-11-22T05:52:35Z");
}

Result<bool> read_flag(const Query& query, std::string_view name) {
  if (!query.has(name)) return false;
  const auto value = query.get(name);
  if (value == "1" || value == "true" || value.empty()) return true;
  if (value == "0" || value == "false") return false;
  return fail(Errc::invalid_request, std::string(name) + ": is 1 or 0");
}

Result<void> read_follow(const Query& query, LogQuery& log) {
  const Result<bool> follow = read_flag(query, "follow");
  if (!follow) return fail(follow.error());
  log.follow = *follow;
  if (!log.follow)
    return query.has("tail") ? fail(Errc::invalid_request, "tail: goes with follow=1; without it, use limit")
                             : Result<void>{};
  for (const char* name : {"limit", "cursor", "sort", "fields"})
    if (query.has(name))
      return fail(Errc::invalid_request,
                  std::string(name) + ": does not go with follow=1; tail=N looks back");
  log.tail = query.has("since") ? LogQuery::most_tail : LogQuery::usual_tail;
  if (query.get("tail") == "0") {
    log.tail = 0;
    return {};
  }
  const Result<std::size_t> tail = query.count("tail", log.tail, LogQuery::most_tail);
  if (!tail) return fail(tail.error());
  log.tail = *tail;
  return {};
}

Result<void> read_page(const Query& query, LogQuery& log) {
  const Result<std::size_t> limit = query.count("limit", log.limit, ListQuery::most);
  if (!limit) return fail(limit.error());
  log.limit = *limit;
  log.question = question_of(query, "logs");
  if (query.has("cursor")) {
    Result<std::string> cursor = read_cursor(log.question, query.get("cursor"));
    if (!cursor) return fail(cursor.error());
    log.cursor = *std::move(cursor);
  }
  const std::string_view sort = query.get("sort");
  log.newest_first = sort == "-timestamp";
  if (query.has("sort") && sort != "timestamp" && !log.newest_first)
    return fail(Errc::invalid_request, "sort: lines are sorted by timestamp or -timestamp");
  std::string_view names = query.get("fields");
  while (!names.empty()) {
    const auto name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    if (!name.empty()) log.fields.emplace_back(name);
  }
  return {};
}

bool fits_any(const std::vector<std::string>& globs, const std::string& text) {
  return std::ranges::any_of(globs, [&](const std::string& glob) { return fits_glob(glob, text); });
}

/// The service of the loggers `Service.<name>` and `Method.<name>.<method>`; empty for the node's own.
std::string service_of(const std::string& logger) {
  if (logger.starts_with("Service.")) return logger.substr(8);
  if (logger.starts_with("Method.")) return logger.substr(7, logger.find('.', 7) - 7);
  return {};
}

/// The service that a line of the node's own begins with: "hello: its folder has changed".
std::string told_of(const std::string& message) {
  const std::size_t end = message.find(": ");
  return end == std::string::npos || end > 64 ? std::string() : message.substr(0, end);
}

bool is_of(const std::vector<std::string>& globs, const std::string& service) {
  return !service.empty() && service.find(' ') == std::string::npos && fits_any(globs, service);
}

}  // namespace

std::optional<WallTime> read_rfc3339(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::chrono::nanoseconds fraction{0};
  std::chrono::minutes offset{0};
  const bool sound = take_number(text, 4, year) && take(text, '-') && take_number(text, 2, month) &&
                     take(text, '-') && take_number(text, 2, day) && take(text, 'T') &&
                     take_number(text, 2, hour) && take(text, ':') && take_number(text, 2, minute) &&
                     take(text, ':') && take_number(text, 2, second) && take_fraction(text, fraction) &&
                     take_offset(text, offset) && text.empty();
  if (!sound || year < 1970 || year > 2200 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + std::chrono::duration_cast<WallTime::duration>(fraction) - offset;
}

Result<LogQuery> LogQuery::read(const Query& query, WallTime now) {
  LogQuery log;
  if (auto follow = read_follow(query, log); !follow) return fail(follow.error());
  if (auto page = read_page(query, log); !page) return fail(page.error());
  if (query.has("since")) {
    const Result<WallTime> since = read_since(query.get("since"), now);
    if (!since) return fail(since.error());
    log.since = *since;
  }
  if (query.has("level")) {
    const auto least = log_level_of(query.get("level"));
    if (!least || *least == LogLevel::off)
      return fail(Errc::invalid_request,
                  "level: is trace, debug, info, warn or error; lines of it and above");
    log.least = *least;
  }
  log.loggers = query.all("logger");
  log.services = query.all("service");
  log.q = small_letters(query.get("q"));
  log.grep = query.get("grep");
  return log;
}

bool LogQuery::matches(const LogLine& line) const {
  if (line.level < least || line.time < since) return false;
  if (!loggers.empty() && !fits_any(loggers, line.logger)) return false;
  if (!services.empty()) {
    const std::string named = line.fields["service"].is_string() ? line.fields["service"].as_string() : "";
    if (!is_of(services, service_of(line.logger)) && !is_of(services, told_of(line.message)) &&
        !is_of(services, named))
      return false;
  }
  if (!grep.empty() && line.message.find(grep) == std::string::npos) return false;
  if (q.empty() || holds_text(line.message, q) || holds_text(line.logger, q)) return true;
  return line.fields.is_object() && holds_text(json::dump(line.fields), q);
}

}  // namespace p2p
