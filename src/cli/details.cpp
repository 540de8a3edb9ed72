#include "cli/details.hpp"

#include <algorithm>

#include "cli/cells.hpp"

namespace p2p {
namespace {

bool is_flat(const Value& value) {
  if (value.is_object()) return value.size() == 0;
  if (!value.is_array()) return true;
  return std::ranges::none_of(value.as_array(),
                              [](const Value& item) { return item.is_object() || item.is_array(); });
}

std::string flat_text(const std::string& name, const Value& value, WallTime now, const Terminal& terminal) {
  if (!value.is_array()) {
    std::string text = cell_text(Cell::text, value, now);
    if (const auto time = value.is_string() ? wall_time_of(value.as_string()) : std::nullopt)
      text += "   (" +
              (*time > now + std::chrono::seconds(1)
                   ? "in " + text_of_span(std::chrono::ceil<std::chrono::seconds>(*time - now))
                   : cell_text(Cell::ago, value, now)) +
              ')';
    return name == "status" || name == "state" ? terminal.paint_out(colour_of_state(text), text) : text;
  }
  std::string text;
  for (const Value& item : value.as_array())
    text += (text.empty() ? "" : ", ") + cell_text(Cell::text, item, now);
  return text.empty() ? "-" : text;
}

void write(const Value& value, std::size_t indent, WallTime now, const Terminal& terminal,
           std::string& text) {
  const std::string space(indent, ' ');
  if (value.is_array()) {
    for (const Value& item : value.as_array()) {
      std::string block;
      if (is_flat(item))
        block = space + "  " + flat_text("", item, now, terminal) + '\n';
      else
        write(item, indent + 2, now, terminal, block);
      if (block.size() > indent) block[indent] = '-';
      text += block;
    }
    return;
  }
  std::size_t width = 0;
  for (const auto& [name, member] : value.as_object()) width = std::max(width, text_width(name));
  for (const auto& [name, member] : value.as_object()) {
    std::string label = space + cell_text(Cell::text, Value(name), now);
    if (is_flat(member)) {
      label.resize(std::max(label.size(), indent + width) + 2, ' ');
      text += label + flat_text(name, member, now, terminal) + '\n';
    } else {
      text += label + '\n';
      write(member, indent + 2, now, terminal, text);
    }
  }
}

}  // namespace

std::string details_text(const Value& object, WallTime now, const Terminal& terminal) {
  std::string text;
  if (object.is_object() || object.is_array())
    write(object, 0, now, terminal, text);
  else
    text = flat_text("", object, now, terminal) + '\n';
  return text;
}

}  // namespace p2p
