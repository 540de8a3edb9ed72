#include "state/audit_verify.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "state/state_test_kit.hpp"

namespace p2p {
namespace {

using namespace test_state;

struct AuditVerifyTest : testing::Test {
  TempFolder folder;
  std::filesystem::path file = folder / "audit.jsonl";

  static std::vector<std::string> lines(int count, AuditLink link = {}) {
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) {
      AuditRecord record;
      record.action = "a" + std::to_string(i);
      out.push_back(seal_audit(audit_body(record, "n", WallTime{}), link));
    }
    return out;
  }
  static std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line;
    return all;
  }
  std::string verdict(const std::string& text) {
    put(file, text);
    const auto found = verify_audit(file);
    if (!found) return found.error().message();
    if (!found->broken) return "sound " + std::to_string(found->records);
    return std::to_string(found->broken->line) + ": " + found->broken->reason;
  }
};

TEST_F(AuditVerifyTest, a_sound_log_is_sound) {
  EXPECT_EQ(verdict(joined(lines(10))), "sound 10");
  EXPECT_EQ(verdict(""), "sound 0");
}

TEST_F(AuditVerifyTest, every_flipped_byte_is_found) {
  const std::string good = joined(lines(3));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_NE(verdict(changed), "sound 3") << at;
  }
}

TEST_F(AuditVerifyTest, a_changed_record_is_named) {
  auto all = lines(5);
  all[2].replace(all[2].find("a2"), 2, "b2");
  EXPECT_EQ(verdict(joined(all)), "3: the record was changed");
}

TEST_F(AuditVerifyTest, a_record_changed_and_sealed_anew_breaks_the_next) {
  auto all = lines(5);
  AuditLink link = read_audit_line(all[1].substr(0, all[1].size() - 1))->link;
  all[2] = seal_audit(",\"forged\":1", link);
  EXPECT_EQ(verdict(joined(all)), "4: the record before it is another one");
}

TEST_F(AuditVerifyTest, a_missing_an_added_and_a_moved_line_are_found) {
  auto all = lines(5);
  auto missing = all;
  missing.erase(missing.begin() + 1);
  EXPECT_EQ(verdict(joined(missing)), "2: record 3 stands where 2 belongs");
  auto beheaded = all;
  beheaded.erase(beheaded.begin());
  EXPECT_EQ(verdict(joined(beheaded)), "1: record 2 stands where 1 belongs");
  auto added = all;
  added.insert(added.begin() + 2, all[1]);
  EXPECT_EQ(verdict(joined(added)), "3: record 2 stands where 3 belongs");
  auto moved = all;
  std::swap(moved[1], moved[2]);
  EXPECT_EQ(verdict(joined(moved)), "2: record 3 stands where 2 belongs");
}

TEST_F(AuditVerifyTest, a_torn_end_is_found) {
  const std::string good = joined(lines(3));
  EXPECT_EQ(verdict(good.substr(0, good.size() - 1)), "3: the last line is torn");
  EXPECT_EQ(verdict(good.substr(0, good.size() - 40)), "3: the last line is torn");
}

TEST_F(AuditVerifyTest, goes_through_the_files_put_aside_in_order) {
  AuditLink link;
  const auto all = lines(9);
  put(folder / "audit-20261121-0001.jsonl", joined({all.begin(), all.begin() + 3}));
  put(folder / "audit-20261121-0002.jsonl", joined({all.begin() + 3, all.begin() + 6}));
  put(file, joined({all.begin() + 6, all.end()}));
  put(folder / "audit-torn-0001.jsonl", "rubbish");
  auto found = verify_audit_log(file);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->broken);
  EXPECT_EQ(found->records, 9U);
  std::filesystem::remove(folder / "audit-20261121-0002.jsonl");
  found = verify_audit_log(file);
  ASSERT_TRUE(found && found->broken);
  EXPECT_EQ(found->broken->file, file.native());
  EXPECT_EQ(found->broken->reason, "record 7 stands where 4 belongs");
}

TEST_F(AuditVerifyTest, a_file_that_is_not_there_cannot_be_verified) {
  EXPECT_EQ(verify_audit(folder / "nothing").error().code(), Errc::unavailable);
}

}  // namespace
}  // namespace p2p
