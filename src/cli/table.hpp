// A list as a table. Its columns are written down once: the table, `wide`, the order of the JSON test and
// `capabilities` read them there; json, yaml and ndjson print the API's own objects.
//
//   NODE    ROLE    STATUS  ADDRESS         CPU  MEM  SERVICES  RTT  SEEN
//   web-1   worker  alive   127.0.0.1:8002   8%  47%         3    -  2s ago
//   1 node: 1 alive
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/cells.hpp"

namespace p2p {

struct Column {
  std::string_view title;
  std::string_view member;  ///< of a row: "cpu_percent", "metadata.version"; empty: the whole row
  Cell cell = Cell::text;
  bool wide = false;      ///< with -o wide only
  std::size_t least = 0;  ///< may be cut to so many characters when the table is too wide; 0: never
  int drop = 0;           ///< left out when that does not suffice, the highest first; 0: never
};

struct ListForm {
  std::string_view member;   ///< of the document: "nodes"
  std::string_view command;  ///< "nodes"
  std::span<const Column> columns;
  /// The last line: "3 nodes: 2 alive, 1 suspected".
  std::string (*summary)(const Value& document) = nullptr;
  /// A line below a row: why a service does not run; empty: none.
  std::string (*note)(const Value& row) = nullptr;
  bool paged = true;  ///< comes in pages; all at once otherwise
};

struct TableLook {
  bool wide = false;
  std::size_t columns = 100;  ///< no limit with `wide`
  WallTime now{};
  const Terminal* colours = nullptr;  ///< null: none
};

/// The table with its last line.
[[nodiscard]] std::string table_text(const ListForm& form, const Value& document, const TableLook& look);

/// Its lines apart, without the last one: heading, then for each row its text (with its note below).
[[nodiscard]] std::vector<std::string> table_lines(const ListForm& form, const Value& document,
                                                   const TableLook& look);

/// The first column: what a row is called.
[[nodiscard]] std::string row_name(const ListForm& form, const Value& row);

/// "2 alive, 1 suspected": how often each value of `member` stands in the rows.
[[nodiscard]] std::string tally(const Value& rows, std::string_view member);

}  // namespace p2p
