#include "gossip/serf_kit_test.hpp"

namespace p2p::gossip {
namespace {

struct KeysKept final : KeyringControl {
  std::vector<Bytes> kept{Bytes(16, '\x01'), Bytes(16, '\xff')};
  std::vector<std::string> done;

  Result<void> install(std::string_view key) override {
    if (key.size() != 16) return fail(Errc::invalid_params, "a key has 16 bytes");
    done.push_back("install");
    return {};
  }
  Result<void> use(std::string_view) override { return done.push_back("use"), Result<void>(); }
  Result<void> remove(std::string_view) override { return done.push_back("remove"), Result<void>(); }
  [[nodiscard]] std::vector<std::string_view> keys() const override { return {kept.begin(), kept.end()}; }
};

struct SerfQueries : SerfTest {
  using SerfTest::SerfTest;
  Query query(std::string name, Bytes payload = {}) {
    Query asked;
    asked.ltime = serf.query_time();
    asked.id = ++last_id;
    asked.from = place(2);
    asked.source_node = "a";
    asked.name = std::move(name);
    asked.payload = std::move(payload);
    return asked;
  }
  /// What `asked` is answered with; an empty one when it is not.
  QueryResponse answer(const Query& asked) {
    packets.clear();
    hear(asked);
    const auto all = said<QueryResponse>();
    if (all.size() != 1) return {};
    EXPECT_EQ(all.front().first, asked.from);
    EXPECT_EQ(all.front().second.id, asked.id);
    EXPECT_EQ(all.front().second.from, "me");
    return all.front().second;
  }
  template <class Kind>
  Kind payload(const QueryResponse& response) {
    return std::get<Kind>(decode_serf(response.payload).value());
  }
  std::uint32_t last_id = 0;
};

struct KeyKeeper {
  KeysKept keys;
};
struct SerfKeyQueries : KeyKeeper, SerfQueries {
  SerfKeyQueries() : SerfQueries(&keys) {}
};

TEST_F(SerfQueries, a_ping_is_acknowledged_once_and_told_on) {
  know("a", 2);
  Query ping = query("_serf_ping");
  ping.flags = query_wants_ack;
  EXPECT_EQ(answer(ping).flags, 1u);
  EXPECT_EQ(answer(ping).id, 0u);  // known by now
  pass(seconds_us);
  EXPECT_FALSE(said<Query>().empty());
}

TEST_F(SerfQueries, one_not_to_be_told_on_is_not) {
  know("a", 2);
  Query ping = query("_serf_ping");
  ping.flags = query_wants_ack | query_not_rebroadcast;
  EXPECT_EQ(answer(ping).flags, 1u);
  pass(seconds_us);
  EXPECT_TRUE(said<Query>().empty());
}

TEST_F(SerfQueries, of_others_are_told_on_and_acknowledged_though_nobody_answers_here) {
  know("a", 2);
  Query uptime = query("uptime");
  EXPECT_EQ(answer(uptime).id, 0u);
  uptime = query("uptime");
  uptime.flags = query_wants_ack;
  EXPECT_EQ(answer(uptime).flags, 1u);
}

TEST_F(SerfQueries, filters_by_name_are_obeyed_and_those_by_tag_mean_nobody) {
  know("a", 2);
  Query ping = query("_serf_ping");
  ping.flags = query_wants_ack;
  ping.filters = {
      Bytes("\x00\x92\xa2me\xa1"
            "a",
            7)};
  EXPECT_EQ(answer(ping).flags, 1u);
  ping.id = ++last_id;
  ping.filters = {
      Bytes("\x00\x91\xa1"
            "a",
            4)};
  EXPECT_EQ(answer(ping).id, 0u);
  ping.id = ++last_id;
  ping.filters = {
      Bytes("\x01\x82\xa4"
            "Expr\xa0\xa3Tag\xa0",
            13)};
  EXPECT_EQ(answer(ping).id, 0u);
}

TEST_F(SerfQueries, answers_go_to_members_at_their_address_only) {
  know("a", 2);
  Query ping = query("_serf_ping");
  ping.flags = query_wants_ack;
  ping.from = place(77);
  EXPECT_EQ(answer(ping).id, 0u);
  ping = query("_serf_ping");
  ping.flags = query_wants_ack;
  ping.source_node = "stranger";
  EXPECT_EQ(answer(ping).id, 0u);
}

TEST_F(SerfQueries, who_holds_a_name_is_answered_but_not_by_the_holder) {
  know("a", 2);
  know("b", 3, 1, {{"zone", "x"}});
  const auto about_b = payload<ConflictResponse>(answer(query("_serf_conflict", "b")));
  EXPECT_EQ(about_b.name, "b");
  EXPECT_EQ(about_b.at, place(3));
  EXPECT_EQ(about_b.status, 1);
  EXPECT_EQ(about_b.tags.at(0).second, "x");
  EXPECT_EQ(answer(query("_serf_conflict", "me")).id, 0u);
  EXPECT_EQ(answer(query("_serf_conflict", "nobody")).id, 0u);
}

TEST_F(SerfQueries, without_a_keyring_queries_about_keys_are_refused_with_a_reason) {
  know("a", 2);
  for (const char* name :
       {"_serf_list-keys", "_serf_install-key", "_serf_use-key", "_serf_remove-key", "_serf_eat-key"}) {
    const auto refused = payload<KeyResponse>(answer(query(name, encode_serf(KeyRequest{Bytes(16, 'k')}))));
    EXPECT_FALSE(refused.result) << name;
    EXPECT_FALSE(refused.message.empty()) << name;
    EXPECT_TRUE(refused.keys.empty()) << name;
  }
}

TEST_F(SerfKeyQueries, keys_are_listed_in_base64_with_the_primary_first) {
  know("a", 2);
  const auto listed = payload<KeyResponse>(answer(query("_serf_list-keys")));
  EXPECT_TRUE(listed.result);
  EXPECT_EQ(listed.keys, (std::vector<std::string>{"AQEBAQEBAQEBAQEBAQEBAQ==", "/////////////////////w=="}));
  EXPECT_EQ(listed.primary_key, listed.keys.front());
}

TEST_F(SerfKeyQueries, keys_are_changed_as_asked_and_a_refusal_says_why) {
  know("a", 2);
  const Bytes request = encode_serf(KeyRequest{Bytes(16, 'k')});
  for (const char* name : {"_serf_install-key", "_serf_use-key", "_serf_remove-key"})
    EXPECT_TRUE(payload<KeyResponse>(answer(query(name, request))).result) << name;
  EXPECT_EQ(keys.done, (std::vector<std::string>{"install", "use", "remove"}));
  const auto bad = payload<KeyResponse>(answer(query("_serf_install-key", encode_serf(KeyRequest{"short"}))));
  EXPECT_FALSE(bad.result);
  EXPECT_EQ(bad.message, "a key has 16 bytes");
  EXPECT_FALSE(payload<KeyResponse>(answer(query("_serf_install-key", "junk"))).result);
  EXPECT_FALSE(payload<KeyResponse>(answer(query("_serf_eat-key", request))).result);
  EXPECT_EQ(keys.done.size(), 3u);
}

TEST_F(SerfQueries, an_answer_is_also_sent_by_way_of_as_many_members_as_wanted) {
  know("a", 2);
  for (std::uint8_t i = 3; i < 20; ++i) know("n" + std::to_string(i), i);
  Query ping = query("_serf_ping");
  ping.flags = query_wants_ack;
  ping.relay_factor = 3;
  EXPECT_EQ(answer(ping).flags, 1u);
  EXPECT_EQ(said<Relay>().size(), 3u);
  EXPECT_EQ(said<Relay>().front().second.to, place(2));
  ping.id = ++last_id;
  ping.relay_factor = 255;
  EXPECT_EQ(answer(ping).flags, 1u);
  EXPECT_LE(said<Relay>().size(), 5u);
}

TEST_F(SerfQueries, what_is_to_be_relayed_goes_to_a_member_and_never_in_circles) {
  know("a", 2);
  packets.clear();
  const Bytes inner = encode_serf(QueryResponse{1, 2, "b", 0, "hello"});
  hear(Relay{place(2), "a", inner});
  ASSERT_EQ(said<QueryResponse>().size(), 1u);
  EXPECT_EQ(said<QueryResponse>().front().first, place(2));
  packets.clear();
  hear(Relay{place(77), "a", inner});
  hear(Relay{place(2), "stranger", inner});
  hear(Relay{place(2), "a", encode_serf(Relay{place(2), "a", inner})});
  hear(Relay{place(1), "me", inner});
  EXPECT_TRUE(packets.empty());
}

}  // namespace
}  // namespace p2p::gossip
