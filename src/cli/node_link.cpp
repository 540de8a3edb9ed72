#include "cli/node_link.hpp"

#include <algorithm>
#include <csignal>

#include <fmt/format.h>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/secret_file.hpp"
#include "net/host_port.hpp"

namespace p2p {
namespace {

/// A token travels in a header: one word of visible ASCII.
Result<Secret> checked(Secret token, std::string_view from) {
  const bool sound = !token.empty() && token.size() <= 8192 &&
                     std::ranges::all_of(token.reveal(), [](char c) { return c > ' ' && c <= '~'; });
  if (sound) return token;
  return fail(Errc::invalid_params, fmt::format("{}: that is no token", from),
              Value{{"hint", "a token is one word; 'p2p_admin token issue' makes one"}});
}

/// --token, --token-file, P2P_API_TOKEN; empty when there is none.
Result<Secret> given_token(const Invocation& said, const ClientEnvironment& environment) {
  if (said.has("token")) return checked(Secret(said.text("token")), "--token");
  if (said.has("token-file")) {
    Result<Secret> token = read_secret_file(said.text("token-file"));
    return token ? checked(*std::move(token), said.text("token-file")) : fail(token.error());
  }
  if (!environment.token.empty()) return checked(Secret(environment.token), "P2P_API_TOKEN");
  return Secret();
}

Result<std::chrono::milliseconds> timeout_of(const Invocation& said, const ClientEnvironment& environment) {
  if (said.has("timeout") || environment.timeout.empty())
    return said.duration("timeout", std::chrono::milliseconds(30'000));
  const auto span = duration_of(environment.timeout);
  if (span && *span >= std::chrono::milliseconds(1))
    return std::chrono::duration_cast<std::chrono::milliseconds>(*span);
  return fail(Errc::invalid_params, "P2P_TIMEOUT: '" + environment.timeout + "' is no duration",
              Value{{"hint", "write 500ms, 30s, 5m or 1h; a bare number is seconds"}});
}

/// What to type when nobody answers on this machine.
std::string unreachable_hint(const std::string& coord) {
  std::string doctor = "p2p_admin doctor --coord " + coord;
  if (find_command("doctor") == nullptr) doctor.clear();
  const Result<HostPort> place = split_host_port(coord, 8001);
  if (!place) return doctor;
  const Result<Endpoint> address = Endpoint::parse(place->host, place->port);
  if (place->host != "localhost" && (!address || !address->is_loopback())) return doctor;
  const std::string start = fmt::format("p2p_admin coordinator --port {}", place->port);
  return doctor.empty() ? start : start + "     or     " + doctor;
}

}  // namespace

Result<Secret> token_of(const Context& context) {
  if (!context.token.empty()) return checked(context.token.clone(), "context " + context.name);
  if (context.token_file.empty()) return Secret();
  Result<Secret> token = read_secret_file(context.token_file);
  return token ? checked(*std::move(token), context.token_file) : fail(token.error());
}

Result<NodePlace> place_of(const Invocation& said, const ClientEnvironment& environment) {
  NodePlace place;
  Result<Secret> token = given_token(said, environment);
  if (!token) return fail(token.error());
  place.token = *std::move(token);
  if (said.has("coord") || (!environment.coord.empty() && !said.has("context"))) {
    place.coord = said.text("coord", environment.coord);
    return place;
  }
  const std::string name = said.text("context", environment.context);
  Result<Contexts> contexts = read_contexts(environment.config_dir);
  if (!contexts) return fail(contexts.error());
  if (name.empty() && contexts->current.empty()) return place;
  const Result<const Context*> context = contexts->find(name.empty() ? contexts->current : name);
  if (!context) return fail(context.error());
  place.coord = (*context)->coord;
  place.context = (*context)->name;
  place.is_protected = (*context)->is_protected;
  if (!place.token.empty()) return place;
  Result<Secret> own = token_of(**context);
  if (!own) return fail(own.error());
  place.token = *std::move(own);
  return place;
}

Result<std::unique_ptr<NodeLink>> NodeLink::open(const Invocation& said, World& world, bool limited) {
  Result<NodePlace> place = place_of(said, world.environment);
  return place ? open_at(said, world, *std::move(place), limited) : fail(place.error());
}

Result<std::unique_ptr<NodeLink>> NodeLink::open_at(const Invocation& said, World& world, NodePlace place,
                                                    bool limited) {
  std::unique_ptr<NodeLink> link(new NodeLink(world.clock));
  const auto timeout = timeout_of(said, world.environment);
  if (!timeout) return fail(timeout.error());
  link->timeout_ = *timeout;
  if (said.has("timeout")) link->end_ = world.clock.now() + *timeout;
  link->context_ = place.context;
  link->protected_ = place.is_protected;
  P2PClient::Settings settings;
  settings.place = place.coord;
  settings.unreachable_hint = unreachable_hint(place.coord);
  settings.token = std::move(place.token);
  settings.timeout = limited || link->end_ ? *timeout : std::chrono::milliseconds(0);
  if (said.has("verbose"))
    settings.told = [&terminal = world.terminal](const ClientQuestion& asked, int status,
                                                 std::chrono::nanoseconds took) {
      terminal.err(
          fmt::format("{} {}: {} in {:.1f} ms\n", asked.method, asked.target, status, milliseconds(took)));
    };
  auto client = P2PClient::make(link->loop_, std::move(settings));
  if (!client) return fail(client.error());
  link->client_ = *std::move(client);
  link->signals_.emplace(link->loop_, std::initializer_list<int>{SIGINT}, [raw = link.get()](int) {
    raw->client_->cancel();
    raw->signals_.reset();  // a second one ends the program at once
  });
  return link;
}

bool add_selectors(const Invocation& said, QueryText& query) {
  bool any = false;
  for (const char* key : {"node", "role", "tag", "service", "status"})
    for (const std::string& value : said.all(key)) {
      query.add(key, value);
      any = true;
    }
  return any;
}

}  // namespace p2p
