// A token's way through the door: header, authenticator and its cache. jwt_fuzz has the rules of a token;
// here it is what happens to one that is changed after it was issued, and whether the cache ever says
// anything else than the verification.
//
// The first byte says what the rest is: an Authorization header; or changes to a token that is good: pairs of
// a place and a byte that goes there.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/authenticator.hpp"
#include "auth/bearer.hpp"

namespace {

using namespace p2p;

const WallTime now{std::chrono::seconds(1'795'326'813)};

void must(bool holds) {
  if (!holds) std::abort();
}

struct Counted final : Random {
  void fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) byte = static_cast<std::byte>(++count * 37U);
  }
  unsigned count = 0;
};

struct Door {
  Door()
      : authenticator(std::move(*KeyRing::from_secret(Secret("fuzz-0-kX7vQ2mZ9tLw4RbN8sYc3HdJ6gFp1Ua5"))),
                      "c1", revocations, random) {
    const auto issued = authenticator.issue(
        {.subject = "client", .role = Role::operator_, .amr = "local", .life = std::chrono::hours(1)}, now);
    must(issued.has_value());
    good = issued->text;
  }
  Counted random;
  NoRevocations revocations;
  Authenticator authenticator;
  std::string good;
};

/// Twice: the second time what was accepted comes from the cache. And never a caller of another kind.
bool accepted(Door& door, std::string_view token, WallTime at) {
  const auto first = door.authenticator.authenticate(token, at);
  const auto second = door.authenticator.authenticate(token, at);
  must(first.has_value() == second.has_value());
  if (!first) {
    must(first.error().code() == Errc::unauthenticated && !first.error().message().empty());
    must(first.error().message() == second.error().message());
    return false;
  }
  must((*first)->subject == "client" && (*first)->role == Role::operator_);
  must((*second)->jti == (*first)->jti && (*second)->expires == (*first)->expires);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Door door;
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] != 'C') {
    const auto token = bearer_token(rest);
    if (token) {
      must(!token->empty() && rest.contains(*token));
      must(!accepted(door, *token, now) || *token == door.good);
    }
    const std::string header = "Bearer " + std::string(rest);
    if (const auto found = bearer_token(header)) must(!accepted(door, *found, now) || *found == door.good);
    return 0;
  }
  must(accepted(door, door.good, now));
  std::string changed = door.good;
  for (std::size_t i = 0; i + 2 < rest.size(); i += 3) {
    const auto place = static_cast<unsigned char>(rest[i]) * 256U + static_cast<unsigned char>(rest[i + 1]);
    if (place < changed.size())
      changed[place] = rest[i + 2];
    else
      changed += rest[i + 2];
  }
  must(accepted(door, changed, now) == (changed == door.good));
  must(!accepted(door, changed, now + std::chrono::hours(2)));
  must(accepted(door, door.good, now));
  return 0;
}
