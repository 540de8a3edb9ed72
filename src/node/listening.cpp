#include "node/listening.hpp"

#include <poll.h>

#include "net/port_holder.hpp"

namespace p2p {
namespace {

constexpr std::chrono::seconds port_patience{2};
constexpr std::uint16_t coordinator_port = 8001, first_worker_port = 8002, last_worker_port = 8101;

/// A taken port with the name of who has it.
Error naming_holder(Error taken, const Endpoint& wanted) {
  if (taken.code() != Errc::conflict) return taken;
  const auto holder = port_holder(wanted);
  if (!holder) return taken;  // it has gone meanwhile
  const std::string port = std::to_string(wanted.port);
  return Error(Errc::conflict,
               "port " + port + " is taken: " + holder->text() + " listens on " + holder->at.text(),
               Value{{"hint", "stop it, or take another port: --port N, where 0 is any free one"}});
}

/// A child that a killed node was just about to start holds the port until it is another program: a moment.
/// Nothing else runs yet, so it may be waited for here.
Result<Endpoint> listen_patiently(HttpServer& server, const Endpoint& place, const Clock& clock, Log& log) {
  const auto taken = [](const Result<Endpoint>& bound) {
    return !bound && bound.error().code() == Errc::conflict;
  };
  Result<Endpoint> bound = server.listen(place);
  if (place.port == 0 || !taken(bound)) return bound;
  log.warn("Main", "port {} is taken; trying for {} s: a node that was killed may hold it for a moment",
           place.port, port_patience.count());
  const Instant until = clock.now() + port_patience;
  while (taken(bound) && clock.now() < until) {
    (void)::poll(nullptr, 0, 50);
    bound = server.listen(place);
  }
  return bound;
}

}  // namespace

Result<Endpoint> listen_on(HttpServer& server, const Config& config, const Clock& clock, Log& log) {
  const auto at = [&](std::uint16_t port) -> Result<Endpoint> {
    Result<Endpoint> place = Endpoint::parse(config.address, port);
    return place ? server.listen(*place) : place;
  };
  if (config.port || config.role == "coordinator") {
    const Result<Endpoint> place = Endpoint::parse(config.address, config.port.value_or(coordinator_port));
    if (!place) return place;
    Result<Endpoint> bound = listen_patiently(server, *place, clock, log);
    if (!bound) return fail(naming_holder(bound.error(), *place));
    return bound;
  }
  for (std::uint16_t port = first_worker_port; port < last_worker_port; ++port) {
    Result<Endpoint> place = at(port);
    if (place || place.error().code() != Errc::conflict) return place;
  }
  return at(last_worker_port);
}

}  // namespace p2p
