// RevocationSet: which tokens are taken back before they expire. Its user is the Authenticator; the set that
// is kept on disk and pushed to all nodes comes with a later stage, until then there is the empty one.
#pragma once

#include <cstdint>

#include "auth/jwt.hpp"

namespace p2p {

class RevocationSet {
 public:
  RevocationSet() = default;
  RevocationSet(const RevocationSet&) = delete;
  RevocationSet& operator=(const RevocationSet&) = delete;
  virtual ~RevocationSet() = default;

  /// Grows with every revocation: what was verified under another number is verified again.
  [[nodiscard]] virtual std::uint64_t number() const noexcept = 0;
  [[nodiscard]] virtual bool revoked(const TokenClaims& claims) const = 0;
};

class NoRevocations final : public RevocationSet {
 public:
  [[nodiscard]] std::uint64_t number() const noexcept override { return 0; }
  [[nodiscard]] bool revoked(const TokenClaims&) const override { return false; }
};

}  // namespace p2p
