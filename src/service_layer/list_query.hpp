// ListQuery: what every list can be asked for (http-api.md, section 6): limit=, cursor=, sort=-a,b, fields=,
// q=.
//
// A cursor names the last row of its page, so the next page begins behind it, whatever was added meanwhile.
// It holds for one question; with another one, or when its row is gone, the client is told to start anew.
// Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "service_layer/query.hpp"

namespace p2p {

/// What is said of a list once.
struct ListShape {
  std::string_view name;                         ///< "services": the member that holds the rows
  std::string_view key;                          ///< the column that tells a row from all others
  std::span<const std::string_view> columns;     ///< what sort and fields may name
  std::span<const std::string_view> texts;       ///< the columns that q looks into
  std::size_t usual = 100;                       ///< rows without limit=
  std::span<const std::string_view> fleeting{};  ///< columns that change with every look: not in the ETag
};

class ListQuery {
 public:
  static constexpr std::size_t most = 1000;

  /// invalid_request for a parameter that does not fit.
  [[nodiscard]] static Result<ListQuery> read(const Query& query, const ListShape& shape);

  /// {"<name>": rows, "total", "next_cursor"}: what is asked of `rows`, which stand in the list's own order.
  [[nodiscard]] Result<Value> page(Value rows) const;

 private:
  [[nodiscard]] bool mentions(const Value& row) const;
  [[nodiscard]] bool before(const Value& a, const Value& b) const;
  [[nodiscard]] Result<std::size_t> start(const Array& rows) const;
  void sort(Array& rows) const;
  [[nodiscard]] Value projected(Value row) const;

  const ListShape* shape_ = nullptr;
  std::size_t limit_ = 0;
  std::string after_;                               // the key of the last row of the page before
  std::string question_;                            // a digest: to which question a cursor belongs
  std::vector<std::pair<std::string, bool>> sort_;  // column, downwards
  std::vector<std::string> fields_;
  std::string text_;  // in small letters
};

/// The columns that fields= names; invalid_request for one that `shape` has not.
[[nodiscard]] Result<std::vector<std::string>> read_fields(const Query& query, const ListShape& shape);

/// `question` and `place` as one word, and back: invalid_request when it is none, or of another question.
[[nodiscard]] std::string make_cursor(std::string_view question, std::string_view place);
[[nodiscard]] Result<std::string> read_cursor(std::string_view question, std::string_view cursor);
/// invalid_request that says how to go on.
[[nodiscard]] Error bad_cursor(std::string_view why);
/// A digest of what the query asks apart from the page.
[[nodiscard]] std::string question_of(const Query& query, std::string_view list);

/// Whether `text` holds `wanted`, which is in small letters, in any case (of ASCII).
[[nodiscard]] bool holds_text(std::string_view text, std::string_view wanted);
[[nodiscard]] std::string small_letters(std::string_view text);

/// The weak ETag of an answer of ListQuery::page.
[[nodiscard]] std::string list_etag(const Value& answer, const ListShape& shape);
[[nodiscard]] std::string text_etag(std::string_view body);
/// Whether If-None-Match says that the client has it.
[[nodiscard]] bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace p2p
