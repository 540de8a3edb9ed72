#include "auth/key_ring.hpp"

#include <array>
#include <cstddef>

#include <openssl/evp.h>

#include "auth/secret_check.hpp"
#include "base/digest.hpp"

namespace p2p {
namespace {

constexpr std::size_t key_bytes = 32, signature_bytes = 64, kid_length = 16;

struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreeKey>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string kid_of(std::string_view bytes) { return base64url(bytes).substr(0, kid_length); }

Result<std::string> public_part(const Pkey& pair) {
  std::string bytes(key_bytes, '\0');
  std::size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(pair.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size) != 1 ||
      size != key_bytes) {
    return fail(Errc::internal, "OpenSSL gives no public key");
  }
  return bytes;
}

class Ed25519Key final : public TokenKey {
 public:
  Ed25519Key(Pkey key, std::string_view public_key, bool can_sign)
      : key_(std::move(key)), can_sign_(can_sign) {
    name(kid_of(as_text(sha256(public_key))), "at+jwt");
  }

  [[nodiscard]] std::string_view alg() const noexcept override { return "EdDSA"; }
  [[nodiscard]] bool accepts_type(std::string_view typ) const noexcept override { return typ == "at+jwt"; }

  [[nodiscard]] std::string sign(std::string_view text) const override {
    const DigestContext context(EVP_MD_CTX_new());
    std::string signature(signature_bytes, '\0');
    std::size_t size = signature.size();
    if (!can_sign_ || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       bytes_of(text), text.size()) != 1) {
      return {};
    }
    return signature;
  }

  [[nodiscard]] bool verify(std::string_view text, std::string_view signature) const override {
    const DigestContext context(EVP_MD_CTX_new());
    return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                            text.size()) == 1;
  }

 private:
  Pkey key_;
  bool can_sign_;
};

class Hs256Key final : public TokenKey {
 public:
  explicit Hs256Key(const Secret& secret) : hmac_(secret.reveal()) {
    name(kid_of(as_text(hmac_("kid"))), "JWT");
  }

  [[nodiscard]] std::string_view alg() const noexcept override { return "HS256"; }
  [[nodiscard]] bool accepts_type(std::string_view typ) const noexcept override {
    return typ == "JWT" || typ == "at+jwt";
  }
  [[nodiscard]] std::string sign(std::string_view text) const override {
    return std::string(as_text(hmac_(text)));
  }
  [[nodiscard]] bool verify(std::string_view text, std::string_view signature) const override {
    return equal_in_constant_time(as_text(hmac_(text)), signature);
  }

 private:
  Hmac hmac_;
};

}  // namespace

void TokenKey::name(std::string kid, std::string_view typ) {
  kid_ = std::move(kid);
  std::string header = R"({"alg":")";
  header.append(alg()).append(R"(","typ":")").append(typ).append(R"(","kid":")").append(kid_).append("\"}");
  header_ = base64url(header);
}

Result<KeyRing> KeyRing::from_seed(const Secret& seed) {
  if (seed.size() != key_bytes) {
    return fail(Errc::invalid_params,
                "an Ed25519 seed has 32 bytes, this one has " + std::to_string(seed.size()));
  }
  Pkey pair(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed.reveal()), seed.size()));
  if (!pair) return fail(Errc::internal, "OpenSSL takes no Ed25519 seed");
  auto public_key = public_part(pair);
  if (!public_key) return fail(std::move(public_key.error()));
  KeyRing ring;
  ring.keys_.push_back(std::make_unique<Ed25519Key>(std::move(pair), *public_key, true));
  ring.public_key_ = std::move(*public_key);
  return ring;
}

Result<KeyRing> KeyRing::from_secret(const Secret& secret) {
  if (auto good = check_secret(secret.reveal()); !good) return fail(std::move(good.error()));
  KeyRing ring;
  ring.keys_.push_back(std::make_unique<Hs256Key>(secret));
  return ring;
}

Result<void> KeyRing::add_public_key(std::string_view key) {
  if (key.size() != key_bytes) {
    return fail(Errc::invalid_params,
                "an Ed25519 public key has 32 bytes, this one has " + std::to_string(key.size()));
  }
  Pkey half(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(key), key.size()));
  if (!half) return fail(Errc::invalid_params, "this is no Ed25519 public key");
  keys_.push_back(std::make_unique<Ed25519Key>(std::move(half), key, false));
  return {};
}

Result<void> KeyRing::add_previous_secret(const Secret& secret) {
  if (auto good = check_secret(secret.reveal()); !good) return good;
  keys_.push_back(std::make_unique<Hs256Key>(secret));
  return {};
}

const TokenKey* KeyRing::find(std::string_view kid) const noexcept {
  for (const auto& key : keys_) {
    if (key->kid() == kid) return key.get();
  }
  return nullptr;
}

const TokenKey* KeyRing::find_by_header(std::string_view encoded) const noexcept {
  for (const auto& key : keys_) {
    if (key->header() == encoded) return key.get();
  }
  return nullptr;
}

}  // namespace p2p
