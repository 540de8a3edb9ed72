#include "state/audit_reader.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace p2p {
namespace {

namespace fs = std::filesystem;

class AuditReader : public testing::Test {
 protected:
  AuditReader() : folder_(fs::path(testing::TempDir()) / ("p2p_audit_reader_" + std::to_string(::getpid()))) {
    fs::create_directory(folder_);
  }
  ~AuditReader() override { fs::remove_all(folder_); }

  fs::path file() const { return folder_ / "audit.jsonl"; }
  static std::string line(int number, const std::string& text = "") {
    return R"({"seq":)" + std::to_string(number) + R"(,"object":")" + text + "\"}\n";
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  /// The numbers of a page, then where the next begins.
  std::string page(const AuditPageQuery& query, std::size_t budget = 64 * 1024 * 1024) const {
    const auto read = read_audit_page(file(), query, budget);
    if (!read) return read.error().message();
    std::string all;
    for (const auto& text : read->lines) all += text.substr(7, text.find(',') - 7) + ' ';
    return all + "next " + std::to_string(read->next);
  }

  fs::path folder_;
};

TEST_F(AuditReader, gives_the_newest_first_over_the_files_that_were_put_aside) {
  write("audit-20261120-0001.jsonl", line(1) + line(2));
  write("audit-20261121-0001.jsonl", line(3));
  write("audit.jsonl", line(4) + line(5));
  EXPECT_EQ(page({}), "5 4 3 2 1 next 0");
  EXPECT_EQ(page({.limit = 2}), "5 4 next 4");
  EXPECT_EQ(page({.before = 4, .limit = 2}), "3 2 next 2");
  EXPECT_EQ(page({.before = 2, .limit = 2}), "1 next 0");
  EXPECT_EQ(page({.limit = 5}), "5 4 3 2 1 next 0");
  EXPECT_EQ(read_audit_page(file(), {})->newest, 5u);
}

TEST_F(AuditReader, finds_text_in_any_case) {
  write("audit.jsonl", line(1, "Alice") + line(2, "bob") + line(3, "alice again"));
  EXPECT_EQ(page({.text = "alice"}), "3 1 next 0");
  EXPECT_EQ(page({.limit = 1, .text = "alice"}), "3 next 3");
  EXPECT_EQ(page({.text = "carol"}), "next 0");
}

TEST_F(AuditReader, lines_may_be_longer_than_what_is_read_at_once) {
  const std::string large(600'000, 'x');
  write("audit.jsonl", line(1, "small") + line(2, large) + line(3, large) + line(4));
  EXPECT_EQ(page({}), "4 3 2 1 next 0");
  EXPECT_EQ(read_audit_page(file(), {.before = 3, .limit = 1})->lines.at(0).size() + 1,
            line(2, large).size());
}

TEST_F(AuditReader, a_page_that_reads_too_much_ends_early_and_can_be_continued) {
  std::string text;
  for (int i = 1; i <= 1000; ++i) text += line(i, std::string(1000, 'x'));
  write("audit.jsonl", text);
  AuditPageQuery query{.text = "nothing"};
  int pages = 0;
  for (; query.before != 0 && pages < 100; ++pages) {
    const auto read = read_audit_page(file(), query, 300'000);
    ASSERT_TRUE(read.has_value());
    EXPECT_LT(read->next, query.before);
    query.before = read->next;
  }
  EXPECT_GT(pages, 1);
  EXPECT_LT(pages, 10);
}

TEST_F(AuditReader, what_is_being_written_is_not_there_yet) {
  write("audit.jsonl", line(1) + R"({"seq":2,"obj)");
  EXPECT_EQ(page({}), "1 next 0");
  write("audit.jsonl", "");
  EXPECT_EQ(page({}), "next 0");
  fs::remove(file());
  EXPECT_NE(page({}).find("cannot be read"), std::string::npos);
}

TEST_F(AuditReader, what_is_no_record_is_passed_over) {
  write("audit.jsonl", line(1) + "\n\nnonsense\n" + line(2));
  EXPECT_EQ(page({}), "2 1 next 0");
}

}  // namespace
}  // namespace p2p
