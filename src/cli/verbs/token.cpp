// token issue | show: makes a token, and says what is in one. The signature is never printed by itself.
#include <fmt/format.h>

#include "auth/jwt_parts.hpp"
#include "base/digest.hpp"
#include "base/json.hpp"
#include "base/units.hpp"
#include "cli/cells.hpp"
#include "cli/details.hpp"
#include "cli/node_link.hpp"
#include "cli/secret_file.hpp"
#include "cli/verbs/verbs.hpp"

namespace p2p {
namespace {

/// Claims that are seconds since 1970 as times that people can read.
Value with_times(Value claims) {
  for (const char* name : {"iat", "nbf", "exp"}) {
    const Value& time = claims[name];
    if (time.kind() != Value::Kind::integer && time.kind() != Value::Kind::real) continue;
    const double at = time.as_double();
    if (at < 0 || at > 32'503'680'000) continue;  // the year 3000
    claims.set(
        name,
        rfc3339(WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(at)))));
  }
  return claims;
}

Result<Value> read_part(std::string_view encoded, const char* which) {
  const auto text = from_base64url(encoded);
  Result<Value> part = text ? json::parse(*text) : fail(Errc::invalid_params, "");
  if (part && part->is_object()) return part;
  return fail(Errc::invalid_params, fmt::format("that is no token: its {} cannot be read", which));
}

std::string expiry(const Value& claims, WallTime now) {
  const auto end = claims["exp"].is_string() ? wall_time_of(claims["exp"].as_string()) : std::nullopt;
  if (!end) return "does not expire";
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*end - now);
  return left.count() > 0 ? "valid for " + text_of_span(left) : "expired " + text_of_span(-left) + " ago";
}

/// The token that is meant: that of a file, of stdin, or the one that a call would use.
Result<Secret> meant(const Invocation& said, const ClientEnvironment& environment) {
  if (said.has("FILE"))
    return said.text("FILE") == "-" ? read_secret_file("-") : read_secret_file(said.text("FILE"));
  Result<NodePlace> place = place_of(said, environment);
  if (!place) return fail(place.error());
  if (!place->token.empty()) return std::move(place->token);
  return fail(Errc::invalid_params, "there is no token to show",
              Value{{"hint", "p2p_admin token show FILE, or - for standard input"}});
}

}  // namespace

Result<int> issue_token(const Invocation& said, World& world) {
  Value wish{{"node_id", said.text("subject", "cli")}};
  wish.set("role", said.text("role", "viewer"));
  if (said.has("ttl")) {
    const auto ttl = said.duration("ttl", {});
    if (!ttl) return fail(ttl.error());
    wish.set("ttl_seconds", std::max<std::int64_t>(1, ttl->count() / 1000));
  }
  if (said.has("scope")) {
    Value scopes = Value::array();
    for (const std::string& scope : said.all("scope")) scopes.push_back(scope);
    wish.set("scopes", std::move(scopes));
  }
  Result<std::unique_ptr<NodeLink>> link = NodeLink::open(said, world);
  if (!link) return fail(link.error());
  const Result<Value> answer = (*link)->client().issue_token(wish);
  if (!answer) return fail(answer.error());
  if (is_document(world.output)) {
    print_document(world.terminal, world.output, *answer);
    return 0;
  }
  world.terminal.out((*answer)["access_token"].as_string() + '\n');
  world.terminal.say(fmt::format(
      "role {}, valid {}\n", cell_text(Cell::text, (*answer)["role"], {}),
      duration_text(
          std::chrono::seconds((*answer)["expires_in"].is_null() ? 0 : (*answer)["expires_in"].as_int()))));
  return 0;
}

Result<int> show_token(const Invocation& said, World& world) {
  const Result<Secret> token = meant(said, world.environment);
  if (!token) return fail(token.error());
  const Result<TokenParts> parts = split_token(token->reveal());
  if (!parts) return fail(Errc::invalid_params, "that is no token: " + parts.error().message());
  const Result<Value> header = read_part(parts->header, "header"),
                      claims = read_part(parts->claims, "claims");
  if (!header) return fail(header.error());
  if (!claims) return fail(claims.error());
  const Value shown{{"header", *header}, {"claims", with_times(*claims)}};
  if (is_document(world.output)) {
    print_document(world.terminal, world.output, shown);
    return 0;
  }
  world.terminal.out(details_text(shown["claims"], world.clock.wall(), world.terminal));
  world.terminal.say(fmt::format("{}, {}; the signature was not checked\n",
                                 cell_text(Cell::text, (*header)["alg"], {}),
                                 expiry(shown["claims"], world.clock.wall())));
  return 0;
}

}  // namespace p2p
