// Cells: one value of a document as people read it in a table: 12%, 0.4 ms, 34s ago, 60s, web-1, -.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <p2p/value.hpp>

#include "base/clock.hpp"
#include "cli/terminal.hpp"

namespace p2p {

enum class Cell {
  text,          ///< a string as it is, a list joined with commas
  method,        ///< system/ping -> system.ping
  state,         ///< as text, coloured by its meaning
  count,         ///< a number, or how many items a list has
  percent,       ///< 12.4 -> 12%
  milliseconds,  ///< 0.41 -> 0.4 ms
  span,          ///< milliseconds -> 90s, exactly; 0 -> -
  ago,           ///< a time -> 34s ago
  since,         ///< a time -> 3h, how long ago something began
  bytes,         ///< 1.5 GiB
  place          ///< of a row with address and port -> 127.0.0.1:8001
};

/// `-` for what is absent. Control characters are escaped: what a service says of itself is not trusted.
[[nodiscard]] std::string cell_text(Cell cell, const Value& value, WallTime now);

/// The member at a path of names with dots, or the null Value.
[[nodiscard]] const Value& member_at(const Value& row, std::string_view path);

/// green, yellow or red for the words of states; none for others.
[[nodiscard]] Colour colour_of_state(std::string_view word);

[[nodiscard]] std::string text_of_span(std::chrono::milliseconds span);  ///< about: "34s", "5m", "3h", "12d"
[[nodiscard]] std::string text_of_milliseconds(double milliseconds);     ///< "0.4 ms", "12 ms", "3.1 s"
[[nodiscard]] std::string text_of_bytes(double bytes);                   ///< "512 B", "1.5 GiB"
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);  ///< "1 node", "3 nodes"

/// The first line of why a service does not run or was not updated: of a text, or of an object with step,
/// file, line, column and message: "compile: hello/main.cpp:3:1: expected ';'". Empty for null.
[[nodiscard]] std::string text_of_reason(const Value& reason);

/// "2026-11-22T05:52:35.637Z"; none for anything else.
[[nodiscard]] std::optional<WallTime> wall_time_of(std::string_view text);

/// Characters, as a terminal counts them (all are taken as one column wide).
[[nodiscard]] std::size_t text_width(std::string_view text);
/// Cut to `width` characters, with ... at its end when something is missing.
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t width);

}  // namespace p2p
