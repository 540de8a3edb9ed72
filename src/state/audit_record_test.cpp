#include "state/audit_record.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "base/json.hpp"

namespace p2p {
namespace {

const WallTime time_of_day{std::chrono::milliseconds(1'795'326'813'178)};

AuditRecord uptime() {
  AuditRecord record;
  record.actor = "client";
  record.role = "admin";
  record.amr = "local";
  record.jti = "4fa1c07e9b2d4c6f8a1b3c5d7e9f0a1b";
  record.peer = "127.0.0.1:51422";
  record.action = "rpc";
  record.object = "system/execute_command@worker-8002";
  record.set_params({{"command", "uptime"}}, true);
  record.ms = 12;
  record.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  return record;
}

std::string line_of(const AuditRecord& record, AuditLink& link) {
  std::string line = seal_audit(audit_body(record, "coordinator-8001", time_of_day), link);
  EXPECT_EQ(line.back(), '\n');
  line.pop_back();
  return line;
}

TEST(AuditRecord, is_one_json_line_with_the_promised_members) {
  AuditLink link;
  const auto document = json::parse(line_of(uptime(), link));
  ASSERT_TRUE(document);
  std::string names;
  for (const Member& member : document->as_object()) names += member.first + " ";
  EXPECT_EQ(names,
            "seq ts node actor role amr jti peer action object params_sha256 params decision outcome ms "
            "trace_id prev "
            "hash ");
  EXPECT_EQ((*document)["seq"], Value(1));
  EXPECT_EQ((*document)["ts"], Value("2026-11-22T05:53:33.178Z"));
  EXPECT_EQ((*document)["jti"], Value("4fa1c07e")) << "the whole one would be half of a credential";
  EXPECT_EQ((*document)["params"], (Value{{"command", "uptime"}}));
  EXPECT_EQ((*document)["params_sha256"], Value(hex(as_text(sha256(R"({"command":"uptime"})")))));
  EXPECT_EQ((*document)["prev"], Value(std::string(64, '0')));
}

TEST(AuditRecord, the_hash_is_of_the_record_without_it) {
  AuditLink link;
  const std::string line = line_of(uptime(), link);
  const std::string without = line.substr(0, line.find(",\"hash\":")) + "}";
  EXPECT_TRUE(json::parse(without));
  EXPECT_EQ(hex(as_text(sha256(without))), link.hash);
}

TEST(AuditRecord, each_follows_the_one_before) {
  AuditLink link;
  const auto first = read_audit_line(line_of(uptime(), link));
  const auto second = read_audit_line(line_of(uptime(), link));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->link.seq, 2U);
  EXPECT_EQ(second->prev, first->link.hash);
  EXPECT_EQ(second->date, "20261122");
}

TEST(AuditRecord, one_flipped_bit_is_found_wherever_it_is) {
  AuditLink link;
  const std::string line = line_of(uptime(), link);
  for (std::size_t at = 0; at < line.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = line;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << bit));
      EXPECT_FALSE(read_audit_line(changed)) << at;
    }
  }
  for (std::size_t size = 0; size < line.size(); ++size) EXPECT_FALSE(read_audit_line(line.substr(0, size)));
}

TEST(AuditRecord, hostile_texts_do_not_break_the_line) {
  AuditRecord record = uptime();
  record.actor = "a\n{\"seq\":9}\r\0\x1b[31m";
  record.object = "\xFF\xFE" + std::string(100'000, 'o');
  record.set_params({{"x", "\",\"prev\":\"\n"}}, true);
  AuditLink link;
  const std::string line = line_of(record, link);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_LT(line.size(), 3000U);
  EXPECT_TRUE(json::parse(line));
  EXPECT_TRUE(read_audit_line(line));
}

TEST(AuditRecord, params_stand_there_only_when_asked_for_and_not_when_huge) {
  AuditRecord record;
  record.set_params({{"a", 1}}, false);
  EXPECT_FALSE(record.params);
  EXPECT_EQ(record.params_sha256, hex(as_text(sha256(R"({"a":1})"))));
  record.set_params(std::string(70'000, 'x'), true);
  EXPECT_FALSE(record.params);
  EXPECT_FALSE(record.params_sha256.empty());
}

TEST(AuditRecord, a_count_is_shown_when_there_is_one) {
  AuditRecord record;
  record.count = 99;
  AuditLink link;
  EXPECT_EQ((*json::parse(line_of(record, link)))["count"], Value(99));
}

}  // namespace
}  // namespace p2p
