#include "gossip/msgpack.hpp"

#include <gtest/gtest.h>

#include "base/digest.hpp"

namespace p2p::gossip {
namespace {

template <class Put>
std::string written(Put put) {
  Bytes bytes;
  MsgpackWriter out(bytes);
  put(out);
  MsgpackWriter counter;
  put(counter);
  EXPECT_EQ(counter.size(), bytes.size());
  return hex(bytes);
}

TEST(MsgpackWriter, numbers_take_the_shortest_form) {
  const auto number = [](std::uint64_t value) { return written([&](auto& out) { out.number(value); }); };
  EXPECT_EQ(number(0), "00");
  EXPECT_EQ(number(127), "7f");
  EXPECT_EQ(number(128), "cc80");
  EXPECT_EQ(number(255), "ccff");
  EXPECT_EQ(number(256), "cd0100");
  EXPECT_EQ(number(65'535), "cdffff");
  EXPECT_EQ(number(65'536), "ce00010000");
  EXPECT_EQ(number(0xffff'ffff), "ceffffffff");
  EXPECT_EQ(number(0x1'0000'0000), "cf0000000100000000");
  const auto integer = [](std::int64_t value) { return written([&](auto& out) { out.integer(value); }); };
  EXPECT_EQ(integer(5), "05");
  EXPECT_EQ(integer(-1), "ff");
  EXPECT_EQ(integer(-32), "e0");
  EXPECT_EQ(integer(-33), "d0df");
  EXPECT_EQ(integer(-129), "d1ff7f");
  EXPECT_EQ(integer(-32'769), "d2ffff7fff");
  EXPECT_EQ(integer(-2'147'483'649), "d3ffffffff7fffffff");
}

TEST(MsgpackWriter, texts_and_counts_take_the_forms_of_the_old_specification) {
  const auto raw = [](std::size_t size) {
    return written([&](auto& out) { out.raw(Bytes(size, 'a')); }).substr(0, 10);
  };
  EXPECT_EQ(raw(0), "a0");
  EXPECT_EQ(raw(31).substr(0, 2), "bf");
  EXPECT_EQ(raw(32).substr(0, 6), "da0020");  // never str8
  EXPECT_EQ(raw(65'535).substr(0, 6), "daffff");
  EXPECT_EQ(raw(65'536), "db00010000");
  EXPECT_EQ(written([](auto& out) { out.raw_or_nil(""); }), "c0");
  EXPECT_EQ(written([](auto& out) {
              out.boolean(true);
              out.boolean(false);
            }),
            "c3c2");
  EXPECT_EQ(written([](auto& out) {
              out.array(15);
              out.array(16);
              out.array(65'536);
            }),
            "9fdc0010dd00010000");
  EXPECT_EQ(written([](auto& out) {
              out.map(15);
              out.map(16);
              out.map(65'536);
            }),
            "8fde0010df00010000");
}

TEST(MsgpackReader, takes_every_form_of_a_number) {
  const auto number = [](std::string_view bytes) {
    MsgpackReader in(bytes);
    const auto value = in.integer();
    EXPECT_TRUE(in.ok() && in.rest().empty()) << hex(bytes);
    return value;
  };
  using namespace std::string_view_literals;
  EXPECT_EQ(number("\x05"), 5);
  EXPECT_EQ(number("\xff"), -1);
  EXPECT_EQ(number("\xcc\x05"), 5);
  EXPECT_EQ(number("\xcd\x00\x05"sv), 5);
  EXPECT_EQ(number("\xce\x00\x00\x00\x05"sv), 5);
  EXPECT_EQ(number("\xcf\x00\x00\x00\x00\x00\x00\x00\x05"sv), 5);
  EXPECT_EQ(number("\xd0\x05"), 5);
  EXPECT_EQ(number("\xd0\x80"), -128);
  EXPECT_EQ(number("\xd1\xff\x00"sv), -256);
  EXPECT_EQ(number("\xd2\x80\x00\x00\x00"sv), -2'147'483'648LL);
  EXPECT_EQ(number("\xd3\xff\xff\xff\xff\xff\xff\xff\xfe"), -2);
  EXPECT_EQ(number("\xc0"), 0);
}

TEST(MsgpackReader, takes_every_form_of_a_text) {
  using namespace std::string_view_literals;
  for (const auto bytes : {"\xa2hi"sv, "\xc4\x02hi"sv, "\xc5\x00\x02hi"sv, "\xc6\x00\x00\x00\x02hi"sv,
                           "\xd9\x02hi"sv, "\xda\x00\x02hi"sv, "\xdb\x00\x00\x00\x02hi"sv}) {
    MsgpackReader in(bytes);
    EXPECT_EQ(in.raw(), "hi") << hex(bytes);
    EXPECT_TRUE(in.ok() && in.rest().empty());
  }
  EXPECT_EQ(MsgpackReader("\xc0").raw_or_nil(), std::nullopt);
  EXPECT_EQ(MsgpackReader("\xa0").raw_or_nil(), "");
}

TEST(MsgpackReader, refuses_what_is_of_another_kind_or_out_of_range) {
  const auto why = [](std::string_view bytes, auto take) {
    MsgpackReader in(bytes);
    static_cast<void>(take(in));
    return std::string(in.why());
  };
  EXPECT_EQ(why("\xa1z", [](auto& in) { return in.number(); }), "expected a number");
  EXPECT_EQ(why("\x05", [](auto& in) { return in.raw(); }), "expected a text or bytes");
  EXPECT_EQ(why("\x05", [](auto& in) { return in.map(); }), "expected a map");
  EXPECT_EQ(why("\x80", [](auto& in) { return in.array(); }), "expected a list");
  EXPECT_EQ(why("\x01", [](auto& in) { return in.boolean(); }), "expected true or false");
  EXPECT_EQ(why("\xff", [](auto& in) { return in.number(); }), "a number is out of its range");
  EXPECT_EQ(why("\xcd\x01\x01", [](auto& in) { return in.template number_of<std::uint8_t>(); }),
            "a number is out of its range");
  EXPECT_EQ(why("\xcf\xff\xff\xff\xff\xff\xff\xff\xff", [](auto& in) { return in.integer(); }),
            "expected an integer");
  EXPECT_EQ(why("\xa3"
                "abc",
                [](auto& in) { return in.raw(2); }),
            "a text is too long");
  EXPECT_EQ(why("\x92\x01\x01", [](auto& in) { return in.array(1); }), "too many values");
  EXPECT_EQ(why("\xc1", [](auto& in) { return in.number(); }), "a byte that begins no value");
}

TEST(MsgpackReader, believes_no_length_that_the_input_does_not_have) {
  using namespace std::string_view_literals;
  for (const auto bytes : {""sv, "\xcd\x01"sv,
                           "\xa3"
                           "ab"sv,
                           "\xdb\xff\xff\xff\xff"
                           "ab"sv,
                           "\xdd\xff\xff\xff\xff\x01"sv, "\xdf\xff\xff\xff\xff\x01"sv, "\x82\x01\x02\x03"sv,
                           "\xc9\xff\xff\xff\xff\x01"sv, "\xcb\x01"sv}) {
    MsgpackReader in(bytes);
    in.skip();
    EXPECT_EQ(in.why(), "it ends too early") << hex(bytes);
  }
}

TEST(MsgpackReader, counts_no_more_values_than_the_input_has_bytes_for) {
  EXPECT_EQ(MsgpackReader("\x92\x01\x01").array(), 2U);
  EXPECT_EQ(MsgpackReader("\x92\x01").array(), 0U);
  EXPECT_EQ(MsgpackReader("\x82\x01\x01\x01\x01").map(), 2U);
  EXPECT_EQ(MsgpackReader("\x82\x01\x01\x01").map(), 0U);
}

TEST(MsgpackReader, the_first_complaint_stays_and_what_follows_is_zero) {
  MsgpackReader in("\xa1z\x05");
  EXPECT_EQ(in.number(), 0U);
  EXPECT_EQ(in.number(), 0U);
  EXPECT_EQ(in.raw(), "");
  EXPECT_EQ(in.bytes(3), "");
  in.skip();
  in.refuse("later");
  EXPECT_EQ(in.why(), "expected a number");
}

TEST(MsgpackReader, steps_over_any_value_however_deep) {
  Bytes deep(100'000, '\x91');
  deep += "\xc0\x07";
  MsgpackReader in(deep);
  in.skip();
  EXPECT_EQ(in.number(), 7U);
  EXPECT_TRUE(in.ok());
  const Bytes mixed = Bytes(
                          "\x93\x81\xa1k\xcb"
                          "12345678\xc7\x02tab\xd8t0123456789abcdef") +
                      '\x09';
  MsgpackReader second(mixed);
  second.skip();
  EXPECT_EQ(second.number(), 9U);
  EXPECT_TRUE(second.ok()) << second.why();
}

}  // namespace
}  // namespace p2p::gossip
