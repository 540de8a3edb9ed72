#include "auth/secret_check.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>

namespace p2p {
namespace {

// Letters and digits only, lower case: "Your_Secret_Key" and "your-secret-key" are one secret to a guesser.
constexpr std::array known_secrets = std::to_array<std::string_view>({
    "0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "1234567890abcdefghijklmnopqrstuv",
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "abcdefghijklmnopqrstuvwxyz012345",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "abcdefghijklmnopqrstuvwxyz123456",
    "abcdefghijklmnopqrstuvwxyz1234567890",
    "astringsecretatleast256bitslong",
    "avalidstringsecretthatisatleast512bitslongwhichisveryimportant",
    "changeme",
    "changemeinproduction",
    "changethissecretkeyinproduction",
    "changethistoasecurerandomstring",
    "jwtsecret",
    "mysecretkey",
    "mysupersecretkey",
    "password",
    "pleasechangethissecretkeyinproduction",
    "replacethiswithasecurerandomsecretkey",
    "secret",
    "secretkey",
    "supersecret",
    "supersecretjwttokenwithatleast32characterslong",
    "supersecretkey",
    "supersecretkeychangethisinproduction",
    "thisisaverysecretkeythatshouldbechanged",
    "thissecretkeyshouldbechangedinproduction",
    "your256bitsecret",
    "your512bitsecret",
    "yoursecretkey",
    "yoursecretkeychangeinproduction",
    "yoursecretkeychangethis",
    "yoursecretkeychangethisinproduction",
    "yoursecretkeyhere",
    "yoursecretkeyhereshouldbeverylong",
    "yoursupersecretjwtkeychangethisinproduction",
    "yoursupersecretkey",
    "yoursupersecretkeychangeinproduction",
    "yoursupersecretkeychangethis",
    "yoursupersecretkeychangethisinproduction",
});
static_assert(std::ranges::is_sorted(known_secrets));

std::string letters_and_digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::size_t distinct_bytes(std::string_view text) {
  std::bitset<256> seen;
  for (const char c : text) seen.set(static_cast<unsigned char>(c));
  return seen.count();
}

std::unexpected<Error> weak(std::string reason) {
  return fail(Errc::invalid_params,
              "the secret " + reason +
                  "; make one: export JWT_SECRET_KEY=\"$(openssl rand -base64 32)\", or unset it "
                  "and keys are generated",
              {{"hint", "export JWT_SECRET_KEY=\"$(openssl rand -base64 32)\""}});
}

}  // namespace

bool is_known_secret(std::string_view secret) {
  return std::ranges::binary_search(known_secrets, letters_and_digits(secret));
}

Result<void> check_secret(std::string_view secret) {
  if (is_known_secret(secret)) return weak("is a publicly known default: anybody can forge tokens with it");
  if (secret.size() < secret_bytes) {
    return weak("has " + std::to_string(secret.size()) + " bytes, it needs at least " +
                std::to_string(secret_bytes));
  }
  if (const std::size_t distinct = distinct_bytes(secret); distinct < secret_distinct_bytes) {
    return weak("has only " + std::to_string(distinct) + " different bytes, it needs at least " +
                std::to_string(secret_distinct_bytes));
  }
  return {};
}

}  // namespace p2p
