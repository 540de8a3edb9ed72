#include "base/digest.hpp"

#include <string>

#include <gtest/gtest.h>

namespace p2p {
namespace {

std::string hex_of(const Digest& digest) { return hex(as_text(digest)); }

TEST(Sha256, of_the_examples_of_fips_180) {
  EXPECT_EQ(hex_of(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex_of(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, over_pieces_is_the_one_over_the_whole_and_begins_again) {
  Sha256 sum;
  EXPECT_EQ(sum.add("a").add("").add("bc").finish(), sha256("abc"));
  EXPECT_EQ(sum.add("other").finish(), sha256("other"));
  EXPECT_EQ(sum.finish(), sha256(""));
}

struct Vector {
  std::string key, text, digest;
};

TEST(Hmac, of_the_vectors_of_rfc_4231) {
  std::string counting;
  for (char c = 1; c <= 25; ++c) counting += c;
  const Vector vectors[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counting, std::string(50, '\xcd'), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
  };
  for (const Vector& vector : vectors) {
    const Hmac hmac(vector.key);
    EXPECT_EQ(hex_of(hmac(vector.text)), vector.digest);
    EXPECT_EQ(hex_of(hmac(vector.text)), vector.digest) << "the second use differs";
  }
}

TEST(Hmac, takes_an_empty_key_and_an_empty_text) {
  EXPECT_EQ(hex_of(Hmac("")("")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(hex_of(Hmac(std::string_view())(std::string_view())),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hmac, uses_do_not_touch_each_other) {
  const Hmac one("key one");
  Hmac two("key two");
  const Digest first = one("text");
  EXPECT_NE(two("text"), first);
  EXPECT_EQ(one("text"), first);
  const Hmac moved(std::move(two));
  EXPECT_EQ(moved("text"), Hmac("key two")("text"));
}

TEST(Hkdf, of_the_third_case_of_rfc_5869) {
  EXPECT_EQ(hex_of(hkdf_sha256(std::string(22, '\x0b'), "")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(Hkdf, gives_each_label_another_key) {
  EXPECT_EQ(hkdf_sha256("key", "a"), hkdf_sha256("key", "a"));
  EXPECT_NE(hkdf_sha256("key", "a"), hkdf_sha256("key", "b"));
}

TEST(Hex, writes_two_digits_a_byte) {
  using namespace std::string_view_literals;
  EXPECT_EQ(hex(""), "");
  EXPECT_EQ(hex("\x00\x7f\xff"sv), "007fff");
}

TEST(Base64url, of_the_vectors_of_rfc_4648_without_padding) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"},
  };
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64url(bytes), text);
    EXPECT_EQ(from_base64url(text), bytes);
  }
}

TEST(Base64url, gives_every_byte_back) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (std::size_t cut = 0; cut < 4; ++cut) {
    const std::string some = bytes.substr(cut);
    EXPECT_EQ(from_base64url(base64url(some)), some);
  }
}

TEST(Base64url, refuses_what_it_would_not_write) {
  for (const std::string_view text :
       {"Zg==", "Zg=", "Z", "Zm9vY", "Zm 8", "Zm8\n", "Zm+v", "Zm/v", "Zh", "Zm9", "Zm\xc3\xa9"}) {
    EXPECT_EQ(from_base64url(text), std::nullopt) << text;
  }
  EXPECT_EQ(from_base64url(std::string_view("Zm\0v", 4)), std::nullopt);
}

}  // namespace
}  // namespace p2p
