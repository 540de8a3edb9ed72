#include "state/audit_resume.hpp"

#include <string>

#include <gtest/gtest.h>

#include "state/state_test_kit.hpp"

namespace p2p {
namespace {

using namespace test_state;

struct AuditResumeTest : testing::Test {
  TempFolder folder;
  std::filesystem::path file = folder / "audit.jsonl";
  AuditLink link;

  std::string records(int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += seal_audit(audit_body(AuditRecord{}, "n", WallTime{}), link);
    return out;
  }
};

TEST_F(AuditResumeTest, begins_where_there_is_nothing) {
  const auto start = resume_audit(file);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->link.seq, 0U);
  EXPECT_EQ(start->link.hash, std::string(64, '0'));
  EXPECT_TRUE(start->notes.empty());
}

TEST_F(AuditResumeTest, goes_on_after_the_last_record) {
  put(file, records(3));
  const auto start = resume_audit(file);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->link.seq, 3U);
  EXPECT_EQ(start->link.hash, link.hash);
  EXPECT_EQ(start->date, "19700101");
  EXPECT_TRUE(start->notes.empty());
}

TEST_F(AuditResumeTest, a_torn_end_is_kept_aside_and_noted) {
  const std::string good = records(3);
  const AuditLink end = link;
  const std::string torn = records(1).substr(0, 100);
  put(file, good + torn);
  const auto start = resume_audit(file);
  ASSERT_TRUE(start) << start.error().message();
  EXPECT_EQ(start->link.hash, end.hash);
  ASSERT_EQ(start->notes.size(), 1U);
  EXPECT_EQ(start->notes[0].action, "audit.torn");
  EXPECT_EQ(start->notes[0].object, "audit-torn-0001.jsonl");
  EXPECT_EQ((*start->notes[0].params)["bytes"], Value(100));
  EXPECT_EQ(content(folder / "audit-torn-0001.jsonl"), torn);
  EXPECT_EQ(mode_of(folder / "audit-torn-0001.jsonl"), 0600U);
  EXPECT_EQ(content(file), good);
}

TEST_F(AuditResumeTest, a_file_of_one_torn_line_begins_the_chain) {
  put(file, "{\"seq\":1,\"ts");
  const auto start = resume_audit(file);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->link.seq, 0U);
  EXPECT_EQ(start->notes.size(), 1U);
  EXPECT_EQ(content(file), "");
}

TEST_F(AuditResumeTest, zeros_that_a_power_cut_leaves_are_a_torn_end) {
  put(file, records(2) + std::string(4096, '\0'));
  const auto start = resume_audit(file);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->link.seq, 2U);
  EXPECT_EQ(start->notes.size(), 1U);
}

TEST_F(AuditResumeTest, a_last_record_that_was_changed_puts_the_file_aside) {
  std::string text = records(3);
  text[text.size() - 100] ^= 1;
  put(file, text);
  const auto start = resume_audit(file);
  ASSERT_TRUE(start) << start.error().message();
  EXPECT_EQ(start->link.seq, 0U);
  ASSERT_EQ(start->notes.size(), 1U);
  EXPECT_EQ(start->notes[0].action, "audit.broken");
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(content(folder / "audit-broken-0001.jsonl"), text);
}

TEST_F(AuditResumeTest, a_rotation_that_was_cut_off_is_no_gap_in_the_chain) {
  put(folder / "audit-20261120-0001.jsonl", records(3));
  put(folder / "audit-20261121-0001.jsonl", records(3));
  auto start = resume_audit(file);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->link.seq, 6U);
  put(file, "");
  start = resume_audit(file);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->link.seq, 6U);
}

TEST_F(AuditResumeTest, the_end_of_a_long_log_is_found) {
  std::string text = records(1);
  while (text.size() < 3 * 1024 * 1024) text += records(1);
  put(file, text + "torn");
  const auto start = resume_audit(file);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->link.seq, link.seq);
  EXPECT_EQ(content(file), text);
}

TEST_F(AuditResumeTest, a_log_that_others_can_read_or_that_is_a_link_is_refused) {
  put(file, records(1), 0644);
  EXPECT_NE(resume_audit(file).error().message().find("chmod 600"), std::string::npos);
  put(folder / "elsewhere", "");
  std::filesystem::remove(file);
  std::filesystem::create_symlink(folder / "elsewhere", file);
  EXPECT_FALSE(resume_audit(file));
}

}  // namespace
}  // namespace p2p
