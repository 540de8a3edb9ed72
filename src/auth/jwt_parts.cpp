#include "auth/jwt_parts.hpp"

#include <algorithm>
#include <array>

#include "auth/jwt.hpp"
#include "base/digest.hpp"
#include "base/json.hpp"

namespace p2p {
namespace {

constexpr json::Limits small_document{.depth = 4, .values = 128, .string = token_limit, .number = 32};
constexpr std::size_t subject_limit = 512, jti_limit = 128, scope_limit = 256;

// A sender's own key, own rules, or a form we do not read.
constexpr std::array forbidden_members =
    std::to_array<std::string_view>({"jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "zip", "enc",
                                     "b64", "epk", "cty", "iv", "tag", "p2s", "p2c"});

std::unexpected<Error> malformed(std::string_view why) {
  return fail(Errc::unauthenticated, "malformed token: " + std::string(why));
}

/// Members of one object by name; the second of a name is seen, which a Value would hide.
class Once final : public json::Members {
 public:
  Once() { members_.reserve(12); }  // as many as our own tokens have
  void member(std::string_view key, Value value) override {
    twice_ = twice_ || find(key) != nullptr;
    members_.push_back({std::string(key), std::move(value)});
  }
  [[nodiscard]] bool twice() const noexcept { return twice_; }
  [[nodiscard]] const Value* find(std::string_view key) const noexcept {
    const auto at = std::ranges::find(members_, key, &Member::first);
    return at == members_.end() ? nullptr : &at->second;
  }

 private:
  Object members_;
  bool twice_ = false;
};

Result<void> read(std::string_view encoded, std::string_view what, Once& into) {
  const auto text = from_base64url(encoded);
  if (!text) return malformed(std::string(what) + " is no base64url");
  if (!json::read_members(*text, into, small_document))
    return malformed(std::string(what) + " is no JSON object");
  if (into.twice()) return malformed("a member stands twice in its " + std::string(what));
  return {};
}

/// Moves over the members of one object and remembers the first thing that is wrong.
class Reader {
 public:
  explicit Reader(const Once& members) : members_(members) {}

  [[nodiscard]] std::string text(std::string_view key, std::size_t limit = token_limit) {
    const Value* value = needed(key);
    if (value == nullptr) return {};
    if (value->is_string() && !value->as_string().empty() && value->as_string().size() <= limit) {
      return value->as_string();
    }
    wrong(key);
    return {};
  }

  [[nodiscard]] double time(std::string_view key) {
    const Value* value = needed(key);
    if (value == nullptr) return 0;
    if (value->kind() == Value::Kind::integer || value->kind() == Value::Kind::real)
      return value->as_double();
    wrong(key);
    return 0;
  }

  [[nodiscard]] std::vector<std::string> texts(std::string_view key, std::size_t most) {
    const Value* value = members_.find(key);
    if (value == nullptr) return {};
    std::vector<std::string> out;
    // An empty list would read as "the whole role", which nobody can have meant.
    bool sound = value->is_array() && value->size() != 0 && value->size() <= most;
    for (std::size_t i = 0; sound && i < value->size(); ++i) {
      const Value& item = (*value)[i];
      sound = item.is_string() && !item.as_string().empty() && item.as_string().size() <= scope_limit;
      if (sound) out.push_back(item.as_string());
    }
    if (!sound) wrong(key);
    return out;
  }

  void wrong(std::string_view key) { note("claim " + std::string(key) + " is wrong"); }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  const Value* needed(std::string_view key) {
    const Value* value = members_.find(key);
    if (value == nullptr) note("no claim " + std::string(key));
    return value;
  }
  void note(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
  }

  const Once& members_;
  std::string problem_;
};

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ",").append(text);
  return out;
}

bool no_control(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

bool is_kid(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_subject(std::string_view text) noexcept {
  return !text.empty() && text.size() <= subject_limit && no_control(text);
}

Result<TokenParts> split_token(std::string_view token) {
  if (token.size() > token_limit) return malformed("more than 8192 bytes");
  const std::size_t first = token.find('.');
  const std::size_t second =
      first == std::string_view::npos ? std::string_view::npos : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return malformed("not three parts");
  TokenParts parts{.header = token.substr(0, first),
                   .claims = token.substr(first + 1, second - first - 1),
                   .signature = token.substr(second + 1),
                   .signed_text = token.substr(0, second)};
  if (parts.header.empty() || parts.claims.empty()) return malformed("a part is empty");
  return parts;
}

Result<TokenHeader> read_token_header(std::string_view encoded) {
  Once members;
  if (auto sound = read(encoded, "header", members); !sound) return fail(std::move(sound.error()));
  for (const std::string_view name : forbidden_members) {
    if (members.find(name) != nullptr)
      return malformed("header member " + std::string(name) + " is not accepted");
  }
  const Value *alg = members.find("alg"), *typ = members.find("typ"), *kid = members.find("kid");
  if (alg == nullptr || !alg->is_string()) return malformed("header without alg");
  if (typ == nullptr || !typ->is_string()) return malformed("header without typ");
  if (kid == nullptr || !kid->is_string()) return malformed("header without kid");
  if (!is_kid(kid->as_string())) return malformed("kid is wrong");
  return TokenHeader{.alg = alg->as_string(), .typ = typ->as_string(), .kid = kid->as_string()};
}

Result<RawClaims> read_token_claims(std::string_view encoded) {
  Once members;
  if (auto sound = read(encoded, "claims", members); !sound) return fail(std::move(sound.error()));
  Reader reader(members);
  RawClaims claims{.iss = reader.text("iss"),
                   .aud = reader.text("aud"),
                   .sub = reader.text("sub", subject_limit),
                   .jti = reader.text("jti", jti_limit),
                   .role = reader.text("role"),
                   .amr = joined(reader.texts("amr", 8)),
                   .scopes = reader.texts("scopes", 64),
                   .iat = reader.time("iat"),
                   .nbf = reader.time("nbf"),
                   .exp = reader.time("exp")};
  if (reader.problem().empty() && !no_control(claims.sub)) reader.wrong("sub");
  if (reader.problem().empty() && !no_control(claims.jti)) reader.wrong("jti");
  if (!reader.problem().empty()) return malformed(reader.problem());
  return claims;
}

}  // namespace p2p
