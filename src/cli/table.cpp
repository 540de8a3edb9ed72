#include "cli/table.hpp"

#include <algorithm>
#include <numeric>

namespace p2p {
namespace {

constexpr std::size_t gap = 2;

bool right_aligned(Cell cell) {
  return cell == Cell::count || cell == Cell::percent || cell == Cell::milliseconds || cell == Cell::span ||
         cell == Cell::bytes;
}

/// One column with its cells.
struct Strip {
  const Column* column;
  std::vector<std::string> cells;
  std::size_t width = 0;

  void measure() {
    width = column->title.size();
    for (const std::string& cell : cells) width = std::max(width, text_width(cell));
  }
};

std::size_t total_width(const std::vector<Strip>& strips) {
  std::size_t width = strips.empty() ? 0 : (strips.size() - 1) * gap;
  for (const Strip& strip : strips) width += strip.width;
  return width;
}

void fit(std::vector<Strip>& strips, std::size_t limit) {
  while (total_width(strips) > limit) {
    const std::size_t over = total_width(strips) - limit;
    Strip* widest = nullptr;  // of those that may be cut
    for (Strip& strip : strips)
      if (strip.column->least > 0 && strip.width > strip.column->least &&
          (!widest || strip.width > widest->width))
        widest = &strip;
    if (widest != nullptr) {
      widest->width = std::max(widest->column->least, widest->width - std::min(widest->width, over));
      continue;
    }
    const auto least =
        std::ranges::max_element(strips, {}, [](const Strip& strip) { return strip.column->drop; });
    if (least == strips.end() || least->column->drop == 0) return;  // it is what it is
    strips.erase(least);
  }
}

std::vector<Strip> strips_of(const ListForm& form, const Value& rows, const TableLook& look) {
  std::vector<Strip> strips;
  for (const Column& column : form.columns) {
    if (column.wide && !look.wide) continue;
    Strip& strip = strips.emplace_back(Strip{&column, {}, 0});
    for (std::size_t i = 0; i < rows.size(); ++i)
      strip.cells.push_back(cell_text(column.cell, member_at(rows[i], column.member), look.now));
    strip.measure();
  }
  if (!look.wide) fit(strips, look.columns);
  return strips;
}

std::string padded(const Strip& strip, std::string_view text, bool last) {
  const std::string cut = cut_to(text, strip.width);
  const std::string space(strip.width - std::min(strip.width, text_width(cut)), ' ');
  if (right_aligned(strip.column->cell)) return space + cut;
  return last ? cut : cut + space;
}

std::string painted(const TableLook& look, const Strip& strip, std::string_view word, std::string text) {
  if (look.colours == nullptr || strip.column->cell != Cell::state) return text;
  return look.colours->paint_out(colour_of_state(word), text);
}

}  // namespace

std::vector<std::string> table_lines(const ListForm& form, const Value& document, const TableLook& look) {
  const Value& rows = document[form.member];
  const std::vector<Strip> strips = strips_of(form, rows, look);
  std::vector<std::string> lines(rows.size() + 1);
  for (const Strip& strip : strips) {
    const bool last = &strip == &strips.back();
    const std::string space(&strip == &strips.front() ? 0 : gap, ' ');
    lines[0] += space + padded(strip, strip.column->title, last);
    for (std::size_t i = 0; i < rows.size(); ++i)
      lines[i + 1] += space + painted(look, strip, strip.cells[i], padded(strip, strip.cells[i], last));
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const std::string note = form.note == nullptr ? std::string() : form.note(rows[i]); !note.empty())
      lines[i + 1] += "\n  " + (look.wide ? note : cut_to(note, look.columns - 2));
  return lines;
}

std::string table_text(const ListForm& form, const Value& document, const TableLook& look) {
  std::string text;
  if (document[form.member].size() > 0)
    for (const std::string& line : table_lines(form, document, look)) text += line + '\n';
  return text + form.summary(document) + '\n';
}

std::string row_name(const ListForm& form, const Value& row) {
  const Column& first = form.columns.front();
  return cell_text(first.cell, member_at(row, first.member), {});
}

std::string tally(const Value& rows, std::string_view member) {
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string word = cell_text(Cell::text, rows[i][member], {});
    const auto at = std::ranges::find(counts, word, [](const auto& entry) { return entry.first; });
    if (at == counts.end())
      counts.emplace_back(word, 1);
    else
      ++at->second;
  }
  std::string text;
  for (const auto& [word, count] : counts)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + word;
  return text;
}

}  // namespace p2p
