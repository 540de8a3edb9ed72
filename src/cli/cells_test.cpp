#include "cli/cells.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

const WallTime now = *wall_time_of("2026-11-22T12:00:00.000Z");

TEST(Cells, show_figures_as_people_read_them) {
  EXPECT_EQ(cell_text(Cell::percent, 12.5, now), "12%");
  EXPECT_EQ(cell_text(Cell::percent, 0, now), "0%");
  EXPECT_EQ(cell_text(Cell::milliseconds, 0.44, now), "0.4 ms");
  EXPECT_EQ(cell_text(Cell::milliseconds, 12.3, now), "12 ms");
  EXPECT_EQ(cell_text(Cell::milliseconds, 3100, now), "3.1 s");
  EXPECT_EQ(cell_text(Cell::span, 60000, now), "1m");
  EXPECT_EQ(cell_text(Cell::span, 1500, now), "1500ms") << "a setting is shown exactly";
  EXPECT_EQ(cell_text(Cell::span, 0, now), "-") << "no cache is no time";
  EXPECT_EQ(cell_text(Cell::bytes, 1536, now), "1.5 KiB");
  EXPECT_EQ(cell_text(Cell::bytes, 100, now), "100 B");
  EXPECT_EQ(cell_text(Cell::count, Value::array({1, 2}), now), "2");
  EXPECT_EQ(cell_text(Cell::count, 7, now), "7");
  EXPECT_EQ(cell_text(Cell::method, "system/ping", now), "system.ping");
}

TEST(Cells, a_reason_is_one_line_with_its_place) {
  EXPECT_EQ(text_of_reason(Value()), "");
  EXPECT_EQ(text_of_reason("expected ;\nmore"), "expected ;");
  EXPECT_EQ(text_of_reason(Value{{"step", "compile"},
                                 {"file", "a/main.cpp"},
                                 {"line", 3},
                                 {"column", 7},
                                 {"message", "no \x1b[31m\nmore"}}),
            "compile: a/main.cpp:3:7: no \\u001b[31m");
  EXPECT_EQ(text_of_reason(Value{{"step", "load"}, {"message", "no ABI"}}), "load: no ABI");
}

TEST(Cells, show_times_by_how_long_ago_they_are) {
  EXPECT_EQ(cell_text(Cell::ago, "2026-11-22T11:59:59.200Z", now), "now");
  EXPECT_EQ(cell_text(Cell::ago, "2026-11-22T11:59:26.000Z", now), "34s ago");
  EXPECT_EQ(cell_text(Cell::ago, "2026-11-22T11:50:00.000Z", now), "10m ago");
  EXPECT_EQ(cell_text(Cell::ago, "2026-11-22T09:00:00.000Z", now), "3h ago");
  EXPECT_EQ(cell_text(Cell::ago, "2026-11-10T12:00:00.000Z", now), "12d ago");
  EXPECT_EQ(cell_text(Cell::ago, "2026-11-22T12:00:09.000Z", now), "now")
      << "another node's clock may be ahead";
  EXPECT_EQ(cell_text(Cell::since, "2026-11-22T11:59:19.000Z", now), "41s");
  EXPECT_EQ(cell_text(Cell::ago, "yesterday", now), "-");
}

TEST(Cells, show_what_is_absent_or_of_another_kind_as_a_dash) {
  for (const Cell cell : {Cell::text, Cell::count, Cell::percent, Cell::milliseconds, Cell::span, Cell::ago,
                          Cell::since, Cell::bytes, Cell::place, Cell::method})
    EXPECT_EQ(cell_text(cell, Value(), now), "-");
  EXPECT_EQ(cell_text(Cell::percent, "much", now), "-");
  EXPECT_EQ(cell_text(Cell::ago, 5, now), "-");
  EXPECT_EQ(cell_text(Cell::text, "", now), "-");
  EXPECT_EQ(cell_text(Cell::place, Value{{"port", 1}}, now), "-");
}

TEST(Cells, join_lists_and_objects_and_escape_what_is_not_ours) {
  EXPECT_EQ(cell_text(Cell::text, Value::array({"a", "b", 3}), now), "a,b,3");
  EXPECT_EQ(cell_text(Cell::text, Value{{"zone", "a"}, {"n", 2}}, now), "zone=a,n=2");
  EXPECT_EQ(cell_text(Cell::text, "a\x1b[31mb\n", now), "a\\u001b[31mb\\n");
  EXPECT_EQ(cell_text(Cell::place, Value{{"address", "::1"}, {"port", 8001}}, now), "[::1]:8001");
}

TEST(Cells, cut_characters_and_never_half_of_one) {
  EXPECT_EQ(cut_to("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to("abcdefg", 6), "abc...");
  EXPECT_EQ(cut_to("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4", 5),
            "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4");
  EXPECT_EQ(cut_to("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4", 4), "\xc3\xa4...");
  EXPECT_EQ(cut_to("abcdef", 2), "..");
  EXPECT_EQ(text_width("\xc3\xa4x"), 2U);
}

TEST(Cells, find_members_through_objects) {
  const Value row{{"metadata", Value{{"version", "1"}}}};
  EXPECT_EQ(member_at(row, "metadata.version"), Value("1"));
  EXPECT_TRUE(member_at(row, "metadata.other").is_null());
  EXPECT_TRUE(member_at(row, "nothing.at.all").is_null());
  EXPECT_EQ(member_at(row, ""), row);
}

TEST(Cells, read_times_strictly) {
  EXPECT_EQ(rfc3339(*wall_time_of("2024-02-29T23:59:60.001Z")), "2024-03-01T00:00:00.001Z");
  EXPECT_EQ(rfc3339(*wall_time_of("2026-11-22T12:00:00Z")), "2026-11-22T12:00:00.000Z");
  for (const char* wrong :
       {"", "2026-11-22", "2026-13-22T12:00:00Z", "2026-02-30T12:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T12:00:00+01:00", "2026-11-22T12:00:00Zx", "2026-11-22T12:00:00.1Z"})
    EXPECT_FALSE(wall_time_of(wrong)) << wrong;
}

}  // namespace
}  // namespace p2p
