#include "cluster/gossip_driver.hpp"

#include <utility>

#include "cluster/impl/gossip_thread.hpp"

namespace p2p {

Result<std::unique_ptr<GossipDriver>> GossipDriver::make(GossipSettings settings, Executor& main,
                                                         GossipListener& listener, const Clock& clock,
                                                         Random& random, BlockingPool& pool, Log& log) {
  if (auto fits = gossip::encode_tags(with_own_tags(settings.tags, {}, false)); !fits)
    return fail(fits.error());
  if (settings.keys.empty()) return fail(Errc::invalid_params, "gossip needs a key");
  Result<gossip::Keyring> keys = gossip::Keyring::make(std::move(settings.keys.front()), random);
  if (!keys) return fail(keys.error());
  for (std::size_t i = 1; i < settings.keys.size(); ++i)
    if (auto added = keys->add(std::move(settings.keys[i])); !added) return fail(added.error());
  auto udp = UdpSocket::bind(settings.listen);
  if (!udp) return fail(udp.error());
  std::unique_ptr<GossipDriver> driver(new GossipDriver);
  driver->impl_ = std::make_unique<Impl>(
      GossipSurroundings{main, listener, clock, random, log, driver->view_, driver->counters_}, pool,
      std::move(settings), *std::move(keys), *std::move(udp));
  return driver;
}

GossipDriver::~GossipDriver() { stop(); }

void GossipDriver::start() { impl_->start(); }
void GossipDriver::stop() { impl_->stop(); }

void GossipDriver::take(UniqueFd socket, const Endpoint& from, std::string read) {
  impl_->post([socket = std::move(socket), from, read = std::move(read)](GossipThread& gossip) mutable {
    gossip.take(std::move(socket), from, std::move(read));
  });
}

Result<void> GossipDriver::set_tags(gossip::Tags tags) {
  if (auto fits = gossip::encode_tags(with_own_tags(tags, {}, false)); !fits) return fail(fits.error());
  impl_->post([tags = std::move(tags)](GossipThread& gossip) mutable { gossip.set_tags(std::move(tags)); });
  return {};
}

void GossipDriver::set_draining(bool draining) {
  impl_->post([draining](GossipThread& gossip) { gossip.set_draining(draining); });
}

void GossipDriver::probe_soon(std::string node) {
  impl_->post([node = std::move(node)](GossipThread& gossip) { gossip.probe_soon(node); });
}

void GossipDriver::forget(std::string node, std::move_only_function<void(Result<void>)> done) {
  impl_->post([node = std::move(node), done = std::move(done)](GossipThread& gossip) mutable {
    gossip.forget(node, std::move(done));
  });
}

void GossipDriver::user_event(std::string name, std::string payload) {
  impl_->post([name = std::move(name), payload = std::move(payload)](GossipThread& gossip) mutable {
    gossip.user_event(std::move(name), std::move(payload));
  });
}

void GossipDriver::leave() {
  impl_->post([](GossipThread& gossip) { gossip.leave(); });
}

}  // namespace p2p
