// What stands behind the question mark of lists and logs. What is accepted is within its bounds, gives whole
// pages whose cursors lead on, and never brings a line or row that it says it leaves out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <p2p/convert.hpp>

#include "service_layer/list_query.hpp"
#include "service_layer/log_query.hpp"
#include "service_layer/node_filter.hpp"

namespace {

using namespace p2p;

void must(bool holds) {
  if (!holds) std::abort();
}

const WallTime now{std::chrono::seconds(1'800'000'000)};
constexpr std::string_view columns[] = {"name", "size", "tags"};
constexpr std::string_view texts[] = {"name"};
constexpr ListShape shape{"things", "name", columns, texts, 3};
constexpr std::string_view list_parameters[] = {"limit", "cursor", "sort", "fields",  "q",
                                                "node",  "role",   "tag",  "service", "status"};

LogLine line(LogLevel level, std::string logger, std::string message) {
  LogLine made;
  made.time = now - std::chrono::seconds(10);
  made.level = level;
  made.logger = std::move(logger);
  made.message = std::move(message);
  made.fields = Value{{"port", 8080}};
  return made;
}

void refused(const Error& error) {
  must(error.code() == Errc::invalid_request && !error.message().empty() && error.message().size() < 4096);
}

void check_logs(std::string_view text) {
  const auto query = Query::parse(text, LogQuery::parameters);
  if (!query) return refused(query.error());
  const auto log = LogQuery::read(*query, now);
  if (!log) return refused(log.error());
  must(log->limit >= 1 && log->limit <= ListQuery::most && log->tail <= LogQuery::most_tail);
  must(log->follow || log->tail == 0);
  must(log->least < LogLevel::off);
  for (const LogLine& each :
       {line(LogLevel::debug, "Method.system.ping", "Local call: system/ping"),
        line(LogLevel::warn, "Service.shop", "Stock is low"), line(LogLevel::error, "Main", "")}) {
    if (!log->matches(each)) continue;
    must(each.level >= log->least && each.time >= log->since);
    must(each.message.find(log->grep) != std::string::npos);
    must(log->services.empty() || each.logger != "Main");
  }
}

Value rows() {
  Value all = Value::array();
  for (int i = 0; i < 7; ++i)
    all.push_back(
        Value{{"name", "row " + std::to_string(i)}, {"size", i % 3}, {"tags", Value::array({"a", i})}});
  return all;
}

void check_list(std::string_view text) {
  const auto query = Query::parse(text, list_parameters);
  if (!query) return refused(query.error());
  if (const auto filter = NodeFilter::read(*query, query->all("status")))
    (void)filter->matches(Value{{"node_id", "web-1"}, {"role", "worker"}, {"tags", Value{{"zone", "a"}}}});
  else
    refused(filter.error());
  const auto list = ListQuery::read(*query, shape);
  if (!list) return refused(list.error());
  const auto page = list->page(rows());
  if (!page) return refused(page.error());
  must((*page)["things"].size() <= (*page)["total"].get<std::size_t>() &&
       (*page)["total"].get<std::size_t>() <= 7);
  must(etag_matches(list_etag(*page, shape), list_etag(*page, shape)));
  if (query->has("cursor") || query->has("fields")) return;
  // Page by page, every row comes once.
  std::size_t seen = (*page)["things"].size();
  Value next = (*page)["next_cursor"];
  for (int pages = 0; next.is_string(); ++pages) {
    must(pages < 8);
    const auto more = Query::parse(std::string(text) + "&cursor=" + next.as_string(), list_parameters);
    must(more.has_value());
    const auto rest = ListQuery::read(*more, shape);
    must(rest.has_value());
    const auto following = rest->page(rows());
    must(following.has_value() && (*following)["total"] == (*page)["total"]);
    seen += (*following)["things"].size();
    next = (*following)["next_cursor"];
  }
  must(seen == (*page)["total"].get<std::size_t>());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_logs(text);
  check_list(text);
  (void)read_rfc3339(text);
  return 0;
}
