#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "auth/jwt.hpp"
#include "auth/jwt_test_kit.hpp"

namespace p2p {
namespace {

using namespace test_tokens;

const std::string garbage_signature(64, 'x');

/// `header` and good claims under an HMAC with `key`: what a forger can make who knows no secret of ours.
std::string hmac_signed(const Value& header, std::string_view key) {
  const std::string text = base64url(json::dump(header)) + "." + base64url(json::dump(good_body()));
  return text + "." + base64url(as_text(Hmac(key)(text)));
}

std::string pem_of(const std::string& public_key) {
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                              reinterpret_cast<const unsigned char*>(public_key.data()), 32);
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(out, key);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(out);
  EVP_PKEY_free(key);
  return text;
}

TEST(JwtAttack, algorithm_none_is_refused_in_any_case) {
  for (const KeyRing& ring : {seed_ring(), secret_ring()}) {
    for (const char* alg : {"none", "None", "NONE", "nOnE", "", "null"}) {
      for (const std::string& signature : {std::string(), base64url(garbage_signature)}) {
        const Value header = good_header(ring).set("alg", alg);
        const std::string text = base64url(json::dump(header)) + "." + base64url(json::dump(good_body()));
        EXPECT_EQ(reason(ring, text + "." + signature), "wrong algorithm") << alg;
        const std::string keyless = base64url(json::dump(Value{{"alg", alg}, {"typ", "JWT"}}));
        EXPECT_EQ(reason(ring, keyless + "." + base64url(json::dump(good_body())) + "." + signature),
                  "malformed token: header without kid");
      }
    }
  }
}

TEST(JwtAttack, the_algorithm_belongs_to_the_key_not_to_the_header) {
  const KeyRing ring = seed_ring();
  for (const char* alg :
       {"HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "Ed25519", "EDDSA", "eddsa", "hs256"}) {
    EXPECT_EQ(reason(ring, signed_with(ring, good_header(ring).set("alg", alg), good_body())),
              "wrong algorithm");
  }
  const KeyRing secrets = secret_ring();
  for (const char* alg : {"EdDSA", "HS384", "HS512", "hs256", "RS256"}) {
    EXPECT_EQ(reason(secrets, signed_with(secrets, good_header(secrets).set("alg", alg), good_body())),
              "wrong algorithm");
  }
}

TEST(JwtAttack, a_public_key_is_no_hmac_secret) {
  const KeyRing ring = seed_ring();
  const std::string pem = pem_of(ring.public_key());
  ASSERT_NE(pem.find("BEGIN PUBLIC KEY"), std::string::npos);
  for (const std::string& key : {ring.public_key(), hex(ring.public_key()), base64url(ring.public_key()), pem,
                                 pem.substr(0, pem.size() - 1)}) {
    EXPECT_EQ(reason(ring, hmac_signed(good_header(ring).set("alg", "HS256").set("typ", "JWT"), key)),
              "wrong algorithm");
    EXPECT_EQ(reason(ring, hmac_signed(good_header(ring), key)), "bad signature");
  }
}

TEST(JwtAttack, another_secret_signs_in_vain) {
  const KeyRing ring = secret_ring();
  for (const std::string& key : {std::string(secret_text.rbegin(), secret_text.rend()), std::string(),
                                 std::string("your-super-secret-key-change-this-in-production"),
                                 std::string(secret_text) + '\0' + "x", std::string(secret_text.substr(1))}) {
    EXPECT_EQ(reason(ring, hmac_signed(good_header(ring), key)), "bad signature");
  }
  EXPECT_EQ(reason(ring, hmac_signed(good_header(ring), secret_text)), "")
      << "the test signs as the product does";
}

TEST(JwtAttack, kid_is_needed_and_looked_up_here_only) {
  const KeyRing ring = seed_ring();
  EXPECT_EQ(reason(ring, signed_with(ring, good_header(ring).set("kid", "another"), good_body())),
            "unknown key");
  EXPECT_EQ(reason(ring, signed_with(ring, good_header(ring).set("kid", "another"),
                                     good_body().set("iss", "p2p://c2"))),
            "other cluster");
  const std::string own(ring.signing().kid());
  for (const std::string& kid :
       {std::string("../../../../dev/null"), std::string("/etc/passwd"), std::string("a b"),
        std::string("' OR 1=1 --"), std::string(), std::string(65, 'k'), own + "\n",
        own + std::string(1, '\0'), std::string("http://example.net/key"), "." + own}) {
    EXPECT_EQ(reason(ring, signed_with(ring, good_header(ring).set("kid", kid), good_body())),
              "malformed token: kid is wrong");
  }
  EXPECT_EQ(reason(ring, signed_with(ring, good_header(ring).set("kid", 7), good_body())),
            "malformed token: header without kid");
  EXPECT_EQ(reason(ring, signed_with(ring, Value{{"alg", "EdDSA"}, {"typ", "at+jwt"}}, good_body())),
            "malformed token: header without kid");
}

TEST(JwtAttack, header_members_that_bring_a_key_or_a_rule_are_refused) {
  for (const KeyRing& ring : {seed_ring(), secret_ring()}) {
    for (const char* name : {"jku", "jwk", "x5u", "x5c", "x5t", "crit", "zip", "enc", "b64", "cty"}) {
      for (const Value& value : {Value("x"), Value(), Value::array({"exp"}), Value(false)}) {
        EXPECT_EQ(reason(ring, signed_with(ring, good_header(ring).set(name, value), good_body())),
                  std::string("malformed token: header member ") + name + " is not accepted");
      }
    }
  }
}

TEST(JwtAttack, a_member_that_stands_twice_is_refused) {
  const KeyRing ring = seed_ring();
  const std::string header = json::dump(good_header(ring)), claims = json::dump(good_body());
  const auto with = [](std::string text, std::string_view more) {
    return text.insert(text.size() - 1, more);
  };
  EXPECT_EQ(reason(ring, signed_text(ring, header, claims)), "");
  for (const char* more : {R"(,"role":"viewer")", R"(,"role":"admin")", R"(,"r\u006fle":"viewer")",
                           R"(,"exp":1)", R"(,"x":1,"x":1)"}) {
    EXPECT_EQ(reason(ring, signed_text(ring, header, with(claims, more))),
              "malformed token: a member stands twice in its claims");
  }
  EXPECT_EQ(reason(ring, signed_text(ring, with(header, R"(,"alg":"none")"), claims)),
            "malformed token: a member stands twice in its header");
  EXPECT_EQ(reason(ring, signed_text(ring, with(header, R"(,"\u0061lg":"EdDSA")"), claims)),
            "malformed token: a member stands twice in its header");
}

TEST(JwtAttack, text_that_is_no_json_object_in_utf_8_is_refused) {
  const KeyRing ring = seed_ring();
  const std::string header = json::dump(good_header(ring)), claims = json::dump(good_body());
  for (const std::string& wrong :
       {std::string("[]"), std::string("null"), std::string("\"x\""), std::string("1"), std::string(" "),
        claims + "x", claims + claims, claims.substr(0, claims.size() - 1), "\xEF\xBB\xBF" + claims,
        claims + std::string(1, '\0'), std::string("{'sub':1}"), std::string("{\"sub\":\"\xFF\"}"),
        std::string("{\"sub\":\"\xC0\xAF\"}"), std::string("{\"sub\":NaN}"), std::string("{\"exp\":1e999}"),
        "{\"x\":" + std::string(9, '[') + std::string(9, ']') + "}"}) {
    EXPECT_EQ(reason(ring, signed_text(ring, header, wrong)), "malformed token: claims is no JSON object")
        << wrong;
    EXPECT_EQ(reason(ring, signed_text(ring, wrong == "{}" ? "[]" : wrong, claims)),
              "malformed token: header is no JSON object")
        << wrong;
  }
}

TEST(JwtAttack, exactly_three_parts_without_white_space_or_padding) {
  for (const KeyRing& ring : {seed_ring(), secret_ring()}) {
    const std::string good = signed_with(ring, good_body());
    ASSERT_EQ(reason(ring, good), "");
    const std::size_t first = good.find('.'), second = good.find('.', first + 1);
    const std::vector<std::string> bad = {"",
                                          ".",
                                          "..",
                                          "...",
                                          "a.b",
                                          "a.b.c",
                                          good + ".",
                                          "." + good,
                                          good + ".x",
                                          good.substr(0, second),
                                          good.substr(0, second + 1),
                                          good.substr(first),
                                          good + "=",
                                          good + "==",
                                          good + "\n",
                                          " " + good,
                                          good + " ",
                                          good.substr(0, first) + " " + good.substr(first),
                                          good.substr(0, first) + "=" + good.substr(first),
                                          good.substr(0, second) + "=" + good.substr(second),
                                          "\t" + good,
                                          good + std::string(1, '\0'),
                                          good.substr(0, first) + "\n" + good.substr(first),
                                          good.substr(0, second + 5) + "+" + good.substr(second + 6),
                                          good.substr(0, second + 5) + "/" + good.substr(second + 6),
                                          good + good,
                                          good + "." + good,
                                          good.substr(0, first) + ".." + good.substr(second + 1)};
    for (const std::string& token : bad) EXPECT_NE(reason(ring, token), "") << token;
  }
}

TEST(JwtAttack, the_last_bits_of_each_part_are_canonical) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const KeyRing& ring : {seed_ring(), secret_ring()}) {
    const std::string good = signed_with(ring, good_body());
    for (const char letter :
         alphabet) {  // exactly one last letter is right, though some decode alike elsewhere
      std::string token = good;
      token.back() = letter;
      EXPECT_EQ(reason(ring, token).empty(), token == good) << letter;
    }
  }
}

TEST(JwtAttack, every_changed_character_is_found) {
  for (const KeyRing& ring : {seed_ring(), secret_ring()}) {
    const std::string good = signed_with(ring, good_body());
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (const char other : {'A', 'b', '9', '_', '.', '=', ' ', '\0', '\xFF'}) {
        std::string token = good;
        token[at] = other;
        EXPECT_EQ(reason(ring, token).empty(), token == good) << at;
      }
      EXPECT_NE(reason(ring, good.substr(0, at)), "");
    }
  }
}

TEST(JwtAttack, more_than_8_kib_are_refused_before_anything_is_read) {
  const KeyRing ring = secret_ring();
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("pad", std::string(5000, 'p')))), "");
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("pad", std::string(7000, 'p')))),
            "malformed token: more than 8192 bytes");
  EXPECT_EQ(reason(ring, std::string(100'000, 'a')), "malformed token: more than 8192 bytes");
}

TEST(JwtAttack, a_document_of_many_members_is_refused) {
  const KeyRing ring = secret_ring();
  Value claims = good_body();
  for (int i = 0; i < 300; ++i) claims.set("m" + std::to_string(i), i);
  EXPECT_EQ(reason(ring, signed_with(ring, claims)), "malformed token: claims is no JSON object");
}

TEST(JwtAttack, hostile_times_are_refused_without_harm) {
  const KeyRing ring = secret_ring();
  for (const Value& time :
       {Value(1e300), Value(-1e300), Value(INT64_MAX), Value(INT64_MIN), Value(0), Value(-1), Value("1")}) {
    for (const char* name : {"iat", "exp"}) {
      EXPECT_NE(reason(ring, signed_with(ring, good_body().set(name, time))), "") << name << json::dump(time);
    }
  }
  EXPECT_NE(reason(ring, signed_with(ring, good_body().set("nbf", 1e300))), "");
  EXPECT_EQ(reason(ring, signed_with(ring, good_body().set("nbf", -1e300))), "");
}

TEST(JwtAttack, a_reason_is_plain_ascii_fit_for_a_header) {
  const KeyRing ring = seed_ring();
  for (const std::string& token :
       {std::string("\"\\\r\n.x.y"), signed_with(ring, good_body().set("role", "\"\r\nX: y")),
        signed_with(ring, good_header(ring).set("typ", "\"\\"), good_body()),
        signed_with(ring, good_body().set("exp", 1))}) {
    const std::string text = reason(ring, token);
    EXPECT_FALSE(text.empty());
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) {
      return c >= ' ' && c <= '~' && c != '"' && c != '\\';
    })) << text;
  }
}

}  // namespace
}  // namespace p2p
