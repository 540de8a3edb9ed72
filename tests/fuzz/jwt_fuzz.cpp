// Tokens from the outside: parse and verify.
//
// The first byte says what the rest is: a token as it would stand in a header; or the text of header and
// claims with a line feed between, which is encoded and signed properly here, so that the fuzzer gets past
// the signature to the rules behind it. What is accepted must keep those rules.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/bearer.hpp"
#include "auth/jwt.hpp"
#include "auth/key_ring.hpp"
#include "base/digest.hpp"

namespace {

using namespace p2p;

struct Verifier {
  KeyRing ring;
  TokenRules rules{.issuer = "p2p://c1"};
  WallTime now{std::chrono::seconds(1'795'326'813)};

  void check(std::string_view token, bool is_signed) const {
    const auto claims = verify_token(token, ring, rules, now);
    if (!claims) {
      if (claims.error().code() != Errc::unauthenticated || claims.error().message().empty()) std::abort();
      return;
    }
    const bool in_time = claims->expires + rules.leeway >= now && claims->issued <= now + rules.leeway &&
                         claims->expires - claims->issued <= rules.longest;
    if (!is_signed || !in_time || claims->role == Role::none || claims->subject.empty() ||
        claims->jti.empty()) {
      std::abort();
    }
  }

  [[nodiscard]] std::string sign(std::string_view header, std::string_view claims) const {
    const std::string text = base64url(header) + "." + base64url(claims);
    return text + "." + base64url(ring.signing().sign(text));
  }
};

/// A key that no corpus file knows: then nothing but a hole gets a raw token accepted.
KeyRing secret_ring() {
  auto ring = KeyRing::from_secret(Secret("fuzz-0-kX7vQ2mZ9tLw4RbN8sYc3HdJ6gFp1Ua5"));
  if (!ring) std::abort();
  return std::move(*ring);
}
KeyRing seed_ring() {
  auto ring = KeyRing::from_seed(Secret(std::string(32, 'f')));
  if (!ring) std::abort();
  return std::move(*ring);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Verifier secrets{.ring = secret_ring()};
  static const Verifier seeds{.ring = seed_ring()};
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'T') {
    secrets.check(text, false);
    seeds.check(text, false);
    if (const auto token = bearer_token(text)) secrets.check(*token, false);
    return 0;
  }
  const std::size_t line = text.find('\n');
  if (line == text.npos) {  // the header as we write it, only the claims are strange
    const std::string own = *from_base64url(secrets.ring.signing().header());
    secrets.check(secrets.sign(own, text), true);
    return 0;
  }
  secrets.check(secrets.sign(text.substr(0, line), text.substr(line + 1)), true);
  return 0;
}
