#include "base/digest.hpp"

#include <cstdlib>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace p2p {
namespace {

// OpenSSL fails here only without memory or without its default provider: there is nothing to answer.
template <class T>
T must(T done) {
  if (!done) std::abort();
  return done;
}

// Looked up once: a look-up by name costs more than a short digest. Kept until the process ends.
const EVP_MD* sha256_method() {
  static const EVP_MD* const method = must(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return method;
}

EVP_MAC* hmac_method() {
  static EVP_MAC* const method = must(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  return method;
}

const unsigned char* bytes_of(std::string_view text) {
  // OpenSSL takes a null key for "the same key as before".
  return reinterpret_cast<const unsigned char*>(text.empty() ? "" : text.data());
}

}  // namespace

Digest sha256(std::string_view bytes) {
  Digest digest;
  must(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, sha256_method(), nullptr));
  return digest;
}

struct Sha256::State {
  EVP_MD_CTX* sum = must(EVP_MD_CTX_new());
  State() { must(EVP_DigestInit_ex2(sum, sha256_method(), nullptr)); }
  ~State() { EVP_MD_CTX_free(sum); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;

Sha256& Sha256::add(std::string_view bytes) {
  must(EVP_DigestUpdate(state_->sum, bytes.data(), bytes.size()));
  return *this;
}

Digest Sha256::finish() {
  Digest digest;
  must(EVP_DigestFinal_ex(state_->sum, digest.data(), nullptr));
  must(EVP_DigestInit_ex2(state_->sum, nullptr, nullptr));
  return digest;
}

struct Hmac::State {
  EVP_MAC_CTX* keyed = must(EVP_MAC_CTX_new(hmac_method()));
  explicit State(std::string_view key) {
    char name[] = "SHA256";
    const OSSL_PARAM settings[] = {OSSL_PARAM_construct_utf8_string("digest", name, 0),
                                   OSSL_PARAM_construct_end()};
    must(EVP_MAC_init(keyed, bytes_of(key), key.size(), settings));
  }
  ~State() { EVP_MAC_CTX_free(keyed); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Hmac::Hmac(std::string_view key) : state_(std::make_unique<State>(key)) {}
Hmac::~Hmac() = default;
Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;

Digest Hmac::operator()(std::string_view bytes) const {
  Digest digest;
  std::size_t size = 0;
  must(EVP_MAC_init(state_->keyed, nullptr, 0, nullptr));  // begins again under the same key
  must(EVP_MAC_update(state_->keyed, bytes_of(bytes), bytes.size()));
  must(EVP_MAC_final(state_->keyed, digest.data(), &size, digest.size()));
  return digest;
}

Digest hkdf_sha256(std::string_view key, std::string_view label) {
  Digest extracted = Hmac(as_text(Digest{}))(key);
  const Digest expanded = Hmac(as_text(extracted))(std::string(label) + '\x01');
  OPENSSL_cleanse(extracted.data(), extracted.size());
  return expanded;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

}  // namespace p2p
