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

/// The ids of a batch's envelopes, "!" where one is an error of its own; or the error of all.
std::string batch(std::string_view text, std::size_t most = 100) {
  auto read = read_batch(text, most, {});
  if (!read) return std::string(errc_name(read.error().code())) + ": " + read.error().message();
  std::string all;
  for (const auto& item : *read) {
    if (item && item->id) json::write(*item->id, all);
    all += item ? ";" : "!";
  }
  return all;
}

TEST(Envelope, of_a_batch_each_is_read_by_itself) {
  EXPECT_EQ(batch(R"([{"id":1},{"id":2}])"), "1;2;");
  EXPECT_EQ(batch(R"( [ {} ] )"), ";");
  EXPECT_EQ(batch(R"([{"id":1,"params":[1,{"b":2}]},[[]],null,{"id":1,"id":2}])"), "1;!!!");
  EXPECT_EQ(batch(R"([{"id":"],[","x":"\"],"},{"id":"\\"},{"}":"\\\",","id":3}])"), R"("],[";"\\";3;)");
}

TEST(Envelope, a_batch_that_is_no_json_is_an_error_for_all) {
  for (const char* text : {"", "[", "[{}", "[{},]", "[,{}]", "[{}{}]", "[{}]x", "[{}}", "[{]",
                           "[{},{\"a\":}]", "[\"]", "[{}] []", "[]]", "nonsense", "[1,2,nonsense]"})
    EXPECT_TRUE(batch(text).starts_with("parse_error: ")) << text << ": " << batch(text);
}

TEST(Envelope, a_batch_holds_at_least_one_and_at_most_so_many) {
  EXPECT_TRUE(batch("[]").starts_with("invalid_request: expected a request"));
  EXPECT_TRUE(batch(" [ ] ").starts_with("invalid_request: expected a request"));
  EXPECT_TRUE(batch("7").starts_with("invalid_request: expected a request"));
  EXPECT_EQ(batch("[{},{}]", 2), ";;");
  EXPECT_EQ(batch("[{},{},{}]", 2), "invalid_request: a batch has at most 2 requests, this one 3");
}

TEST(Envelope, a_number_as_id_is_kept_as_it_was_written) {
  const auto id = [](std::string_view number) {
    const auto envelope =
        read_envelope(R"({"method":"a/b","params":{"id":[5]},"id": )" + std::string(number) + " }", {});
    EXPECT_TRUE(envelope) << number;
    std::string text;
    if (envelope) write_error(EnvelopeShape::seed, nullptr, EnvelopeId::of(*envelope), text);
    return text.substr(text.find("\"id\":") + 5, text.size() - text.find("\"id\":") - 6);
  };
  const std::string large = "1" + std::string(200, '0');
  for (const std::string& number : {std::string("7"), std::string("0"), std::string("-0"), std::string("1.0"),
                                    std::string("1e3"), std::string("9223372036854775808"),
                                    std::string("1e400"), std::string("0.10000000000000000000000001"), large})
    EXPECT_EQ(id(number), number);
}

TEST(Envelope, what_is_no_number_is_no_id_either) {
  for (const char* text :
       {R"({"id":01})", R"({"id":1.})", R"({"id":-})", R"({"id":1e})", R"({"id":0x1})",
        R"({"id":99999999999999999999,"id":1})", R"({"id":1,"params":99999999999999999999})"})
    EXPECT_FALSE(read_envelope(text, {})) << text;
  EXPECT_FALSE(read_envelope(R"({"id":)" + std::string(300, '1') + "}", {}));
}

std::string result_text(EnvelopeShape shape, const Value& result, const Value& id,
                        std::string_view extra = {}) {
  std::string text;
  write_result(shape, result, {id, {}}, extra, text);
  return text;
}

TEST(Envelope, the_seeds_shape_always_has_result_error_and_id) {
  EXPECT_EQ(result_text(EnvelopeShape::seed, Value{{"a", 1}}, "q1"),
            R"({"result":{"a":1},"error":null,"id":"q1"})");
  EXPECT_EQ(result_text(EnvelopeShape::seed, nullptr, nullptr), R"({"result":null,"error":null,"id":null})");
  std::string text;
  write_error(EnvelopeShape::seed, Value{{"code", -1}}, {7, {}}, text);
  EXPECT_EQ(text, R"({"result":null,"error":{"code":-1},"id":7})");
}

TEST(Envelope, the_2_0_shape_has_result_or_error_but_never_both) {
  EXPECT_EQ(result_text(EnvelopeShape::v2, 1.5, 7), R"({"jsonrpc":"2.0","result":1.5,"id":7})");
  std::string text;
  write_error(EnvelopeShape::v2, Value{{"code", -1}}, {"q\"", {}}, text);
  EXPECT_EQ(text, R"({"jsonrpc":"2.0","error":{"code":-1},"id":"q\""})");
}

TEST(Envelope, further_members_stand_behind_the_id) {
  EXPECT_EQ(result_text(EnvelopeShape::seed, 1, 2, R"(,"meta":{})"),
            R"({"result":1,"error":null,"id":2,"meta":{}})");
}

}  // namespace
}  // namespace p2p
