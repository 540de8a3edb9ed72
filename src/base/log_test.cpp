#include "base/log.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <p2p/detail/runtime.hpp>
#include <unistd.h>

#include "base/json.hpp"
#include "testing/manual_clock.hpp"

namespace p2p {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class LogFile : public testing::Test {
 protected:
  LogFile()
      : path_(testing::TempDir() + "p2p_log_test_" + std::to_string(::getpid()) + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    ::unlink(path_.c_str());
  }
  ~LogFile() override { ::unlink(path_.c_str()); }

  std::vector<std::string> lines() const {
    std::ifstream file(path_);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }

  std::string path_;
};

TEST_F(LogFile, has_the_line_of_the_seed_with_the_level_in_five_columns) {
  Log log(LogLevel::trace, Log::Format::text, path_);
  log.debug("Method.system.ping", "Local call: {}/{}", "system", "ping");
  log.info("Registry", "{} methods", 7);
  log.warn("Main", "look");
  log.error("Main", "failed");
  log.write(LogLevel::trace, "Wire", "frame");
  const auto all = lines();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_THAT(
      all[0],
      MatchesRegex(
          "[0-2][0-9]:[0-5][0-9]:[0-6][0-9] \\| DEBUG \\| Method.system.ping \\| Local call: system/ping"));
  EXPECT_THAT(all[1], MatchesRegex("..:..:.. \\| INFO  \\| Registry \\| 7 methods"));
  EXPECT_THAT(all[2], MatchesRegex("..:..:.. \\| WARN  \\| Main \\| look"));
  EXPECT_THAT(all[3], MatchesRegex("..:..:.. \\| ERROR \\| Main \\| failed"));
  EXPECT_THAT(all[4], MatchesRegex("..:..:.. \\| TRACE \\| Wire \\| frame"));
}

TEST_F(LogFile, leaves_out_what_is_below_its_level) {
  Log log(LogLevel::warn, Log::Format::text, path_);
  EXPECT_FALSE(log.enabled(LogLevel::info));
  log.info("Main", "no");
  log.warn("Main", "yes");
  log.set_level(LogLevel::debug);
  log.debug("Main", "now");
  log.set_level(LogLevel::off);
  log.error("Main", "off");
  const auto all = lines();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(all[0], HasSubstr("yes"));
  EXPECT_THAT(all[1], HasSubstr("now"));
}

TEST_F(LogFile, keeps_what_comes_from_outside_on_one_line) {
  Log log(LogLevel::info, Log::Format::text, path_);
  log.info("Service.\nx", "a\nb\rc\td\x1b[31m {}", std::string("\0\x7f", 2));
  const auto all = lines();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_THAT(all[0], HasSubstr("| Service.\\nx | a\\nb\\rc\\td\\u001b[31m \\u0000\\u007f"));
}

TEST_F(LogFile, cuts_a_message_at_16_kib_and_not_inside_a_character) {
  Log log(LogLevel::info, Log::Format::text, path_);
  std::string message = "x";
  for (int i = 0; i < 10'000; ++i) message += "\u00e9";
  log.info("M", "{}", message);
  log.info("M", "{}", std::string(16 * 1024, 'y'));
  log.info("M", "{}", std::string(16 * 1024, '\n'));
  const auto all = lines();
  ASSERT_EQ(all.size(), 3u);
  const std::size_t head = std::string("HH:MM:SS | INFO  | M | ").size();
  EXPECT_LE(all[0].size(), head + 16 * 1024);
  EXPECT_GE(all[0].size(), head + 16 * 1024 - 2);
  EXPECT_THAT(all[0], testing::EndsWith("\u00e9... [cut]"));
  EXPECT_THAT(all[0], Not(HasSubstr("\ufffd")));
  EXPECT_EQ(all[1].size(), head + 16 * 1024);
  EXPECT_THAT(all[1], Not(HasSubstr("[cut]")));
  EXPECT_LE(all[2].size(), head + 16 * 1024);
}

TEST_F(LogFile, as_json_is_one_object_a_line) {
  Log log(LogLevel::info, Log::Format::json, path_);
  log.warn("Http", "quote \" and\nline {}", "\x1b");
  log.info("Http", "{}", std::string(100'000, 'z'));
  const auto all = lines();
  ASSERT_EQ(all.size(), 2u);
  const auto line = json::parse(all[0]);
  ASSERT_TRUE(line.has_value()) << line.error().message();
  EXPECT_THAT((*line)["timestamp"].as_string(), MatchesRegex("....-..-..T..:..:..\\....Z"));
  EXPECT_EQ((*line)["level"], "WARN");
  EXPECT_EQ((*line)["logger"], "Http");
  EXPECT_EQ((*line)["message"], "quote \" and\nline \x1b");
  EXPECT_EQ(json::parse(all[1]).value()["message"].as_string().size(), 16u * 1024);
}

TEST_F(LogFile, as_json_has_node_trace_and_fields_as_members) {
  Log log(LogLevel::info, Log::Format::json, path_);
  log.info("Main", "before");
  log.set_node("web-1");
  {
    const LogScope scope({{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736}, 0xb7});
    const LogField fields[] = {{"port", 8080}, {"level", "mine"}};
    log.write_line(LogLevel::info, "Service.a", "listens", fields, 2);
  }
  log.info("Main", "after");
  const auto all = lines();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_THAT(all[0], Not(HasSubstr("node")));
  const Value line = json::parse(all[1]).value();
  EXPECT_EQ(line["node"], "web-1");
  EXPECT_EQ(line["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(line["span_id"], "00000000000000b7");
  EXPECT_EQ(line["port"], 8080);
  EXPECT_EQ(line["level"], "INFO") << "a field does not take the place of what every line has";
  EXPECT_EQ(line["level_"], "mine");
  EXPECT_THAT(all[2], Not(HasSubstr("trace_id")));
}

TEST_F(LogFile, fields_stand_behind_the_text) {
  Log log(LogLevel::info, Log::Format::text, path_);
  const LogField fields[] = {{"port", 8080}, {"name", "x\ny"}};
  log.write_line(LogLevel::info, "Service.a", "listens", fields, 2);
  EXPECT_THAT(lines().at(0), testing::EndsWith("| Service.a | listens  port=8080 name=\"x\\ny\""));
}

TEST_F(LogFile, equal_warnings_are_written_once_a_minute_with_their_number) {
  ManualClock clock;
  Log log(LogLevel::info, Log::Format::text, path_, &clock);
  for (int i = 0; i < 100; ++i) log.warn("Http", "too many connections");
  for (int i = 0; i < 2; ++i) log.info("Http", "an info is not folded");
  EXPECT_EQ(lines().size(), 3u);
  clock.advance(std::chrono::seconds(59));
  log.tick();
  EXPECT_EQ(lines().size(), 3u);
  clock.advance(std::chrono::seconds(1));
  log.tick();
  ASSERT_EQ(lines().size(), 4u);
  EXPECT_THAT(lines()[3],
              HasSubstr("| WARN  | Http | 99 more like this within a minute: too many connections"));
  log.warn("Http", "too many connections");
  EXPECT_EQ(lines().size(), 5u);
}

TEST_F(LogFile, any_later_line_brings_out_what_was_folded) {
  ManualClock clock;
  Log log(LogLevel::info, Log::Format::text, path_, &clock);
  for (int i = 0; i < 3; ++i) log.warn("Http", "full");
  clock.advance(std::chrono::seconds(61));
  log.info("Main", "next");
  ASSERT_EQ(lines().size(), 3u);
  EXPECT_THAT(lines()[1], HasSubstr("2 more like this within a minute: full"));
}

TEST_F(LogFile, what_is_written_is_in_the_ring_too) {
  Log log(LogLevel::info, Log::Format::text, path_);
  log.debug("Main", "off");
  log.info("Main", "a\nb");
  log.warn("Main", "twice");
  log.warn("Main", "twice");
  const auto kept = log.ring().read_after(0);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0]->message, "a\nb") << "as it was said";
  EXPECT_EQ(kept[1]->level, LogLevel::warn);
}

TEST_F(LogFile, is_appended_to) {
  Log(LogLevel::info, Log::Format::text, path_).info("Main", "first");
  Log(LogLevel::info, Log::Format::text, path_).info("Main", "second");
  EXPECT_EQ(lines().size(), 2u);
}

TEST_F(LogFile, keeps_the_lines_of_several_threads_apart) {
  Log log(LogLevel::info, Log::Format::text, path_);
  const std::string text(3000, 'w');
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) log.info("T", "{}", text);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto all = lines();
  EXPECT_EQ(all.size(), 200u);
  for (const std::string& line : all) EXPECT_THAT(line, testing::EndsWith("| T | " + text));
}

TEST_F(LogFile, is_opened_anew_under_its_name_after_somebody_moved_it_away) {
  Log log(LogLevel::info, Log::Format::text, path_);
  log.info("Main", "before");
  const std::string moved = path_ + ".1";
  ASSERT_EQ(std::rename(path_.c_str(), moved.c_str()), 0);
  log.info("Main", "still into the old one");
  ASSERT_TRUE(log.reopen(path_));
  log.info("Main", "after");
  std::remove(moved.c_str());
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_THAT(lines()[0], HasSubstr("after"));
}

TEST_F(LogFile, stays_where_it_is_when_the_new_one_cannot_be_opened) {
  Log log(LogLevel::info, Log::Format::text, path_);
  const Result<void> opened = log.reopen("/no/such/folder/log");
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message(), HasSubstr("/no/such/folder/log"));
  log.info("Main", "here");
  EXPECT_THAT(lines().back(), HasSubstr("here"));
}

TEST(Log, that_cannot_be_opened_stops_the_program_with_a_reason) {
  try {
    const Log log(LogLevel::info, Log::Format::text, testing::TempDir() + "no/such/folder/log");
    FAIL() << "it was opened";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no/such/folder/log: No such file or directory"));
  }
}

TEST(Log, levels_are_named_in_any_case) {
  EXPECT_EQ(log_level_of("trace"), LogLevel::trace);
  EXPECT_EQ(log_level_of("Debug"), LogLevel::debug);
  EXPECT_EQ(log_level_of("WARN"), LogLevel::warn);
  EXPECT_EQ(log_level_of("off"), LogLevel::off);
  EXPECT_EQ(log_level_of("warning"), std::nullopt);
  EXPECT_EQ(log_level_of(""), std::nullopt);
  EXPECT_EQ(log_level_of("inf"), std::nullopt);
}

TEST(Log, escapes_what_a_terminal_would_obey) {
  EXPECT_EQ(escape_control("plain, \u00e9, \u4e2d, \"quoted\", back\\slash"),
            "plain, \u00e9, \u4e2d, \"quoted\", back\\slash");
  EXPECT_EQ(escape_control("\x01\x1b\x7f\r\n\t"), "\\u0001\\u001b\\u007f\\r\\n\\t");
  EXPECT_EQ(escape_control("\xc2\x9b"
                           "31m"),
            "\\u009b31m");  // CSI in one character
  EXPECT_EQ(escape_control("\x9b\xff"), "\ufffd\ufffd");
}

}  // namespace
}  // namespace p2p
