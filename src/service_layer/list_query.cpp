#include "service_layer/list_query.hpp"

#include <algorithm>
#include <numeric>

#include <p2p/detail/nearest.hpp>

#include "base/digest.hpp"
#include "base/json.hpp"

namespace p2p {
namespace {

constexpr std::string_view of_the_page[] = {"limit", "cursor", "fields"};
constexpr std::size_t question_size = 8;

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

Result<void> check_column(const char* parameter, std::string_view column, const ListShape& shape) {
  if (std::ranges::find(shape.columns, column) != shape.columns.end()) return {};
  Error error(Errc::invalid_request, std::string(parameter) + ": " + std::string(shape.name) + " have no " +
                                         std::string(column.substr(0, 64)));
  if (const std::string close = nearest(column, shape.columns); !close.empty())
    error.with("hint", "did you mean " + close + "?");
  return fail(std::move(error));
}

int rank(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return 0;
    case Value::Kind::boolean: return 1;
    case Value::Kind::integer:
    case Value::Kind::real: return 2;
    case Value::Kind::string: return 3;
    case Value::Kind::array:
    case Value::Kind::object: return 4;
  }
  return 5;
}

/// What has no value comes first, then numbers, then texts; of arrays and objects the size counts.
int compare(const Value& a, const Value& b) {
  if (rank(a) != rank(b)) return rank(a) < rank(b) ? -1 : 1;
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : (y < x ? 1 : 0); };
  switch (a.kind()) {
    case Value::Kind::null: return 0;
    case Value::Kind::boolean: return order(a.as_bool(), b.as_bool());
    case Value::Kind::integer:
    case Value::Kind::real: return order(a.as_double(), b.as_double());
    case Value::Kind::string: return order(a.as_string(), b.as_string());
    case Value::Kind::array:
    case Value::Kind::object: return order(a.size(), b.size());
  }
  return 0;
}

bool value_holds(const Value& value, std::string_view wanted) {
  if (value.is_string()) return holds_text(value.as_string(), wanted);
  if (value.is_array())
    return std::ranges::any_of(value.as_array(),
                               [&](const Value& item) { return value_holds(item, wanted); });
  return false;
}

}  // namespace

std::string small_letters(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), small);
  return made;
}

bool holds_text(std::string_view text, std::string_view wanted) {
  return std::ranges::search(text, wanted, [](char a, char b) { return small(a) == b; }).begin() !=
             text.end() ||
         wanted.empty();
}

Error bad_cursor(std::string_view why) {
  return {Errc::invalid_request, "cursor: " + std::string(why),
          Value{{"hint", "leave cursor out to start anew"}}};
}

std::string question_of(const Query& query, std::string_view list) {
  const Digest digest = sha256(std::string(list) + '?' + query.question(of_the_page));
  return std::string(as_text(digest).substr(0, question_size));
}

std::string make_cursor(std::string_view question, std::string_view place) {
  return base64url(std::string(question).append(place));
}

Result<std::string> read_cursor(std::string_view question, std::string_view cursor) {
  const auto text = cursor.size() > 1024 ? std::nullopt : from_base64url(cursor);
  if (!text || text->size() <= question_size) return fail(bad_cursor("was not given out by this list"));
  if (text->substr(0, question_size) != question)
    return fail(bad_cursor("belongs to another question: filters and sort must stay as they were"));
  return text->substr(question_size);
}

Result<std::vector<std::string>> read_fields(const Query& query, const ListShape& shape) {
  std::vector<std::string> fields;
  for (const std::string_view column : split(query.get("fields"))) {
    if (auto known = check_column("fields", column, shape); !known) return fail(known.error());
    fields.emplace_back(column);
  }
  return fields;
}

Result<ListQuery> ListQuery::read(const Query& query, const ListShape& shape) {
  ListQuery list;
  list.shape_ = &shape;
  const Result<std::size_t> limit = query.count("limit", shape.usual, most);
  if (!limit) return fail(limit.error());
  list.limit_ = *limit;
  list.text_ = small_letters(query.get("q"));
  for (std::string_view column : split(query.get("sort"))) {
    const bool down = column.starts_with('-');
    if (down) column.remove_prefix(1);
    if (auto known = check_column("sort", column, shape); !known) return fail(known.error());
    list.sort_.emplace_back(column, down);
  }
  if (query.has("sort") && list.sort_.empty()) return fail(Errc::invalid_request, "sort: names no column");
  Result<std::vector<std::string>> fields = read_fields(query, shape);
  if (!fields) return fail(fields.error());
  list.fields_ = *std::move(fields);
  list.question_ = question_of(query, shape.name);
  if (!query.has("cursor")) return list;
  Result<std::string> after = read_cursor(list.question_, query.get("cursor"));
  if (!after) return fail(after.error());
  list.after_ = *std::move(after);
  return list;
}

bool ListQuery::mentions(const Value& row) const {
  return text_.empty() || std::ranges::any_of(shape_->texts, [&](std::string_view column) {
           return value_holds(row[column], text_);
         });
}

bool ListQuery::before(const Value& a, const Value& b) const {
  for (const auto& [column, down] : sort_)
    if (const int order = compare(a[column], b[column]); order != 0) return down ? order > 0 : order < 0;
  return false;
}

Result<std::size_t> ListQuery::start(const Array& rows) const {
  if (after_.empty()) return 0;
  const auto last =
      std::ranges::find_if(rows, [&](const Value& row) { return row[shape_->key].as_string() == after_; });
  if (last == rows.end()) return fail(bad_cursor("has expired: its row is gone"));
  return static_cast<std::size_t>(last - rows.begin()) + 1;
}

Value ListQuery::projected(Value row) const {
  if (fields_.empty()) return row;
  Value chosen = Value::object();
  for (const std::string& field : fields_)
    if (const Value* value = row.find(field)) chosen.set(field, *value);
  return chosen;
}

/// Equal rows stay in their order.
void ListQuery::sort(Array& rows) const {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    if (before(rows[a], rows[b])) return true;
    return !before(rows[b], rows[a]) && a < b;
  });
  Array sorted;
  sorted.reserve(rows.size());
  for (const std::size_t index : order) sorted.push_back(std::move(rows[index]));
  rows = std::move(sorted);
}

Result<Value> ListQuery::page(Value given) const {
  Array& rows = given.make_array();
  std::erase_if(rows, [&](const Value& row) { return !mentions(row); });
  if (!sort_.empty()) sort(rows);
  const Result<std::size_t> begin = start(rows);
  if (!begin) return fail(begin.error());
  const std::size_t end = std::min(rows.size(), *begin + limit_);
  Value next;
  if (end < rows.size()) next = make_cursor(question_, rows[end - 1][shape_->key].as_string());
  Value chosen = Value::array();
  for (std::size_t i = *begin; i < end; ++i) chosen.push_back(projected(std::move(rows[i])));
  Value answer = Value::object();
  answer.set(shape_->name, std::move(chosen));
  answer.set("total", rows.size());
  answer.set("next_cursor", std::move(next));
  return answer;
}

std::string list_etag(const Value& answer, const ListShape& shape) {
  Value lasting = answer;
  if (!shape.fleeting.empty()) {
    for (Member& member : lasting.make_object()) {
      if (member.first != shape.name) continue;
      for (Value& row : member.second.make_array())
        std::erase_if(row.make_object(), [&](const Member& column) {
          return std::ranges::find(shape.fleeting, column.first) != shape.fleeting.end();
        });
    }
  }
  return text_etag(json::dump(lasting));
}

std::string text_etag(std::string_view body) {
  return "W/\"" + hex(as_text(sha256(body)).substr(0, 8)) + '"';
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match == "*") return true;
  if (etag.starts_with("W/")) etag.remove_prefix(2);  // the comparison is weak (RFC 9110, section 13.1.2)
  return !if_none_match.empty() && if_none_match.find(etag) != if_none_match.npos;
}

}  // namespace p2p
