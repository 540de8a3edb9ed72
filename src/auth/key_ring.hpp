// KeyRing: the keys that sign and verify tokens. One signs; more may verify, so that a key can be replaced
// while tokens of the old one are still about.
//
// A key brings its algorithm with it. A token's header is only compared with that, so a public key never
// serves as an HMAC secret and `none` is nobody's algorithm (security.md, section 5).
//
// The ring reads no file: key bytes are passed in. Threads: one at a time; a loop has a ring of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace p2p {

class TokenKey {
 public:
  TokenKey() = default;
  TokenKey(const TokenKey&) = delete;
  TokenKey& operator=(const TokenKey&) = delete;
  virtual ~TokenKey() = default;

  [[nodiscard]] virtual std::string_view alg() const noexcept = 0;  ///< "EdDSA", "HS256"
  /// 16 characters of a digest of the public key; of an HMAC under a secret one, which tells nothing of it.
  [[nodiscard]] std::string_view kid() const noexcept { return kid_; }
  /// Whether tokens of this key may say so. We issue "at+jwt" with EdDSA and "JWT" with HS256.
  [[nodiscard]] virtual bool accepts_type(std::string_view typ) const noexcept = 0;
  /// The first part of the tokens that we issue with this key, base64url. One that equals it needs no
  /// parsing.
  [[nodiscard]] std::string_view header() const noexcept { return header_; }

  /// The raw signature; empty when this key can only verify.
  [[nodiscard]] virtual std::string sign(std::string_view text) const = 0;
  [[nodiscard]] virtual bool verify(std::string_view text, std::string_view signature) const = 0;

 protected:
  void name(std::string kid, std::string_view typ);

 private:
  std::string kid_, header_;
};

class KeyRing {
 public:
  /// Signs with the Ed25519 pair of this 32-byte seed.
  [[nodiscard]] static Result<KeyRing> from_seed(const Secret& seed);
  /// Signs with HS256. Weak secrets are invalid_params (auth/secret_check.hpp).
  [[nodiscard]] static Result<KeyRing> from_secret(const Secret& secret);

  /// Verifies tokens of this Ed25519 public key (32 bytes) too, of this earlier secret too.
  [[nodiscard]] Result<void> add_public_key(std::string_view key);
  [[nodiscard]] Result<void> add_previous_secret(const Secret& secret);

  /// What new tokens are signed with.
  [[nodiscard]] const TokenKey& signing() const noexcept { return *keys_.front(); }
  /// The key called `kid`, or null.
  [[nodiscard]] const TokenKey* find(std::string_view kid) const noexcept;
  /// The key whose own header this is, or null.
  [[nodiscard]] const TokenKey* find_by_header(std::string_view encoded) const noexcept;

  /// The public key of the signing key, 32 bytes; empty with HS256.
  [[nodiscard]] const std::string& public_key() const noexcept { return public_key_; }

 private:
  KeyRing() = default;

  std::vector<std::unique_ptr<TokenKey>> keys_;  // the first one signs
  std::string public_key_;
};

}  // namespace p2p
