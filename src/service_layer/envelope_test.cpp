#include "service_layer/envelope.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

const json::Limits limits;

Envelope read(std::string_view text) {
  Result<Envelope> envelope = read_envelope(text, limits);
  EXPECT_TRUE(envelope) << text << ": " << (envelope ? "" : envelope.error().message());
  return envelope ? *std::move(envelope) : Envelope{};
}

/// Why `text` is refused: by reading it or by the check of its members.
Errc refused(std::string_view text) {
  Result<Envelope> envelope = read_envelope(text, limits);
  if (!envelope) return envelope.error().code();
  const Result<void> sound = check_envelope(*envelope);
  EXPECT_FALSE(sound) << text << " was taken";
  return sound ? Errc::internal : sound.error().code();
}

bool sound(std::string_view text) { return check_envelope(read(text)).has_value(); }

TEST(Envelope, an_empty_body_is_the_empty_object) {
  const Envelope envelope = read("");
  EXPECT_FALSE(envelope.method || envelope.params || envelope.id || envelope.jsonrpc);
  EXPECT_TRUE(check_envelope(envelope));
}

TEST(Envelope, keeps_each_member_it_knows_and_passes_over_the_rest) {
  const Envelope envelope = read(
      R"({"jsonrpc":"2.0","method":"ping","params":{"a":1},"id":7,"target":"local","timeout_ms":50,"more":[1]})");
  EXPECT_TRUE(envelope.is_2_0());
  EXPECT_EQ(*envelope.method, Value("ping"));
  EXPECT_EQ(*envelope.params, (Value{{"a", 1}}));
  EXPECT_EQ(*envelope.id, Value(7));
  EXPECT_EQ(*envelope.target, Value("local"));
  EXPECT_EQ(*envelope.timeout_ms, Value(50));
}

TEST(Envelope, a_member_given_as_null_is_not_an_absent_one) {
  EXPECT_TRUE(read(R"({"id":null})").id.has_value());
  EXPECT_FALSE(read("{}").id.has_value());
}

TEST(Envelope, a_repeated_member_is_refused_by_name_even_with_the_same_value) {
  for (const char* member : {"jsonrpc", "method", "params", "id", "target", "timeout_ms"}) {
    const std::string text = std::string("{\"") + member + "\":null,\"" + member + "\":null}";
    const Result<Envelope> envelope = read_envelope(text, limits);
    ASSERT_FALSE(envelope) << member;
    EXPECT_EQ(envelope.error().code(), Errc::invalid_request);
    EXPECT_NE(envelope.error().message().find(member), std::string::npos) << envelope.error().message();
  }
}

TEST(Envelope, a_member_that_is_passed_over_may_repeat) { EXPECT_TRUE(sound(R"({"more":1,"more":2})")); }

TEST(Envelope, text_that_is_no_json_is_a_parse_error_and_json_that_is_no_object_is_not) {
  EXPECT_EQ(refused("{"), Errc::parse_error);
  EXPECT_EQ(refused("nonsense"), Errc::parse_error);
  for (const char* text : {"[]", "7", "\"x\"", "null"})
    EXPECT_EQ(refused(text), Errc::invalid_request) << text;
}

TEST(Envelope, jsonrpc_is_the_text_2_0_or_absent) {
  EXPECT_TRUE(sound(R"({"jsonrpc":"2.0"})"));
  for (const char* text : {R"({"jsonrpc":"1.0"})", R"({"jsonrpc":2.0})", R"({"jsonrpc":null})"})
    EXPECT_EQ(refused(text), Errc::invalid_request) << text;
}

TEST(Envelope, an_id_is_a_number_null_or_a_string_of_up_to_256_bytes) {
  for (const char* text : {R"({"id":"a"})", R"({"id":""})", R"({"id":7})", R"({"id":1.5})", R"({"id":null})"})
    EXPECT_TRUE(sound(text)) << text;
  for (const char* text : {R"({"id":true})", R"({"id":[1]})", R"({"id":{}})"})
    EXPECT_EQ(refused(text), Errc::invalid_request) << text;
  EXPECT_TRUE(sound("{\"id\":\"" + std::string(256, 'x') + "\"}"));
  EXPECT_EQ(refused("{\"id\":\"" + std::string(257, 'x') + "\"}"), Errc::invalid_request);
}

TEST(Envelope, params_are_an_object_an_array_or_null) {
  for (const char* text : {R"({"params":{}})", R"({"params":[]})", R"({"params":null})"})
    EXPECT_TRUE(sound(text));
  for (const char* text : {R"({"params":1})", R"({"params":"a"})", R"({"params":false})"})
    EXPECT_EQ(refused(text), Errc::invalid_params) << text;
}

TEST(Envelope, a_timeout_is_a_whole_number_of_1_to_600000_milliseconds) {
  EXPECT_TRUE(sound(R"({"timeout_ms":1})"));
  EXPECT_TRUE(sound(R"({"timeout_ms":600000})"));
  for (const char* text : {R"({"timeout_ms":0})", R"({"timeout_ms":-5})", R"({"timeout_ms":600001})",
                           R"({"timeout_ms":1.5})", R"({"timeout_ms":"30s"})", R"({"timeout_ms":null})"})
    EXPECT_EQ(refused(text), Errc::invalid_params) << text;
}

TEST(Envelope, method_and_target_are_strings) {
  EXPECT_EQ(refused(R"({"method":1})"), Errc::invalid_request);
  EXPECT_EQ(refused(R"({"target":{}})"), Errc::invalid_params);
}

TEST(Envelope, the_method_of_the_body_may_be_left_out_or_written_in_three_ways) {
  const MethodPath path{"system", "ping"};
  for (const char* text :
       {"{}", R"({"method":"ping"})", R"({"method":"system/ping"})", R"({"method":"system.ping"})"})
    EXPECT_TRUE(check_method_agrees(read(text), path)) << text;
}

TEST(Envelope, a_body_that_names_another_method_than_the_path_is_refused) {
  const MethodPath path{"system", "ping"};
  for (const char* text :
       {R"({"method":"pong"})", R"({"method":"other/ping"})", R"({"method":"system/pong"})",
        R"({"method":""})", R"({"method":"system"})", R"({"method":"/ping"})"}) {
    const Result<void> agrees = check_method_agrees(read(text), path);
    ASSERT_FALSE(agrees) << text;
    EXPECT_EQ(agrees.error().code(), Errc::invalid_request);
  }
}

TEST(Envelope, the_items_of_a_batch_are_what_stands_between_its_commas) {
  using Items = std::vector<std::string_view>;
  EXPECT_EQ(batch_items("[1,2]"), (Items{"1", "2"}));
  EXPECT_EQ(batch_items(" [ {} ] "), (Items{" {} "}));
  EXPECT_EQ(batch_items(R"([{"a":[1,{"b":2}]},[[]],null])"), (Items{R"({"a":[1,{"b":2}]})", "[[]]", "null"}));
}

TEST(Envelope, what_stands_in_a_string_ends_no_item_of_a_batch) {
  using Items = std::vector<std::string_view>;
  EXPECT_EQ(batch_items(R"(["],[","\"],","\\",{"}":"\\\","}])"),
            (Items{R"("],[")", R"("\"],")", R"("\\")", R"({"}":"\\\","})"}));
}

std::string result_text(EnvelopeShape shape, const Value& result, const Value& id,
                        std::string_view extra = {}) {
  std::string text;
  write_result(shape, result, id, extra, text);
  return text;
}

TEST(Envelope, the_seeds_shape_always_has_result_error_and_id) {
  EXPECT_EQ(result_text(EnvelopeShape::seed, Value{{"a", 1}}, "q1"),
            R"({"result":{"a":1},"error":null,"id":"q1"})");
  EXPECT_EQ(result_text(EnvelopeShape::seed, nullptr, nullptr), R"({"result":null,"error":null,"id":null})");
  std::string text;
  write_error(EnvelopeShape::seed, Value{{"code", -1}}, 7, text);
  EXPECT_EQ(text, R"({"result":null,"error":{"code":-1},"id":7})");
}

TEST(Envelope, the_2_0_shape_has_result_or_error_but_never_both) {
  EXPECT_EQ(result_text(EnvelopeShape::v2, 1.5, 7), R"({"jsonrpc":"2.0","result":1.5,"id":7})");
  std::string text;
  write_error(EnvelopeShape::v2, Value{{"code", -1}}, "q\"", text);
  EXPECT_EQ(text, R"({"jsonrpc":"2.0","error":{"code":-1},"id":"q\""})");
}

TEST(Envelope, further_members_stand_behind_the_id) {
  EXPECT_EQ(result_text(EnvelopeShape::seed, 1, 2, R"(,"meta":{})"),
            R"({"result":1,"error":null,"id":2,"meta":{}})");
}

}  // namespace
}  // namespace p2p
