#include "../unit_texts.hpp"

#include <gmock/gmock.h>

namespace system_service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// As systemd 252 prints with --plain --no-legend --full.
TEST(UnitTexts, units_are_read_from_columns_of_any_width) {
  const auto units = parse_units(
      "cron.service                     loaded    active   running Regular background program processing "
      "daemon\n"
      "getty@tty1.service               loaded    active   running Getty on tty1\n"
      "nginx.service                    loaded    failed   failed  A high performance web server\n"
      "ypxfrd.service                   not-found inactive dead    ypxfrd.service\n"
      "dev-disk-by\\x2dlabel-x.device    loaded    active   plugged  Disk  with  two  blanks  \n");
  ASSERT_EQ(units.size(), 5U);
  EXPECT_EQ(units[0].name, "cron.service");
  EXPECT_EQ(units[0].load, "loaded");
  EXPECT_EQ(units[0].active, "active");
  EXPECT_EQ(units[0].sub, "running");
  EXPECT_EQ(units[0].description, "Regular background program processing daemon");
  EXPECT_EQ(units[2].sub, "failed");
  EXPECT_EQ(units[3].load, "not-found");
  EXPECT_EQ(units[4].name, "dev-disk-by\\x2dlabel-x.device");
  EXPECT_EQ(units[4].description, "Disk  with  two  blanks");
}

TEST(UnitTexts, marks_headings_and_legends_are_no_units) {
  const auto units = parse_units(
      "  UNIT           LOAD   ACTIVE SUB     DESCRIPTION\n"
      "● nginx.service  loaded failed failed  web server\n"
      "* old.service    not-found inactive dead old.service\n"
      "  bare.service   loaded active running\n"
      "\n"
      "LOAD   = Reflects whether the unit definition was properly loaded.\n"
      "4 loaded units listed.\n"
      "cut.service loaded\n");
  std::vector<std::string> names;
  for (const UnitRow& unit : units) names.push_back(unit.name);
  EXPECT_THAT(names, ElementsAre("nginx.service", "old.service", "bare.service"));
  EXPECT_EQ(units[2].description, "");
  EXPECT_THAT(parse_units(""), IsEmpty());
}

TEST(UnitTexts, the_state_is_read_in_any_order) {
  const UnitState state = parse_unit_state("SubState=running\nUnknown\nActiveState=active\n");
  EXPECT_EQ(state.active, "active");
  EXPECT_EQ(state.sub, "running");
  EXPECT_EQ(parse_unit_state("").active, "");
}

TEST(UnitTexts, a_name_holds_nothing_for_a_shell_a_path_or_an_option) {
  for (const char* name : {"nginx", "nginx.service", "getty@tty1.service", "a:b_c-d", "x\\x2dy.mount"})
    EXPECT_TRUE(sound_unit_name(name)) << name;
  for (const char* name : {"", "; reboot", "-H evil", "--host=evil", "../x", "/etc/passwd", "a b", "a*",
                           "$(id)", "a\nb", "a'b", "nginx.service;", "ümlaut"})
    EXPECT_FALSE(sound_unit_name(name)) << name;
  EXPECT_TRUE(sound_unit_name(std::string(255, 'a')));
  EXPECT_FALSE(sound_unit_name(std::string(256, 'a')));
  EXPECT_TRUE(sound_unit_pattern("[!a]pp-*.s?rvice"));
  EXPECT_FALSE(sound_unit_pattern("-*"));
}

TEST(UnitTexts, a_name_without_a_kind_is_a_service_s) {
  EXPECT_EQ(whole_unit_name("nginx"), "nginx.service");
  EXPECT_EQ(whole_unit_name("my.app"), "my.app.service");
  EXPECT_EQ(whole_unit_name("dbus.socket"), "dbus.socket");
  EXPECT_EQ(whole_unit_name(".service"), ".service.service");
}

TEST(UnitTexts, what_is_allowed_is_the_whole_name_by_globs) {
  EXPECT_TRUE(fits_any("nginx.service", {"apache.service", "nginx.service"}));
  EXPECT_TRUE(fits_any("app@7.service", {"app@*.service"}));
  EXPECT_FALSE(fits_any("nginx.socket", {"*.service"}));
  EXPECT_FALSE(fits_any("nginx.service", {"nginx"}));
  EXPECT_FALSE(fits_any("nginx.service", {}));
  EXPECT_TRUE(fits_any("a\\x2db.service", {"a\\x2db.service"}));
}

}  // namespace
}  // namespace system_service
