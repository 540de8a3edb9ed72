#include <unistd.h>

#include "base/units.hpp"
#include "node/impl/parts.hpp"

namespace p2p {
namespace {

constexpr int nobody_there = 3;                // exit code: not reachable
constexpr std::chrono::seconds last_words{1};  // for answers to those that were cancelled
constexpr std::chrono::seconds hung{5};  // a loop that has not turned for so long will not let the node end

}  // namespace

void P2PAdminSystem::Parts::stop() {
  if (std::exchange(stopping, true)) return;
  node->set_draining();
  if (probe) probe->stop();
  folder->stop();
  const auto patience = live.now().drain_timeout;
  grace = loop.post_at(clock.now() + patience, [this] {
    log.warn("Main", "{} calls did not end in time, they are cancelled", calls.running());
    on_each_runner([](CallRunner& one) { one.give_up_all(); });
    grace = loop.post_at(clock.now() + last_words,
                         [this] { on_each_server([](HttpServer& one) { one.close_all(); }); });
  });
  open_servers = 1 + sides.size();
  on_each_server([](HttpServer& one) { one.stop_accepting(); });
  server.when_empty([this] { server_is_empty(); });
  for (const auto& side : sides)
    side->loop().post([this, at = side.get()] {
      at->server().when_empty([this] { loop.post([this] { server_is_empty(); }); });
    });
  if (!sides.empty()) loop.post_at(clock.now() + patience + last_words, [this] { watch_sides(); });
}

void P2PAdminSystem::Parts::on_each_runner(void (*job)(CallRunner&)) {
  job(*runner);
  for (const auto& side : sides) side->loop().post([job, at = side.get()] { job(at->runner()); });
}

void P2PAdminSystem::Parts::on_each_server(void (*job)(HttpServer&)) {
  job(server);
  for (const auto& side : sides) side->loop().post([job, at = side.get()] { job(at->server()); });
}

void P2PAdminSystem::Parts::server_is_empty() {
  if (--open_servers == 0) stop_services();
}

/// At the end of the node: what runs on a loop that hangs cannot be ended, and would keep the node for ever.
void P2PAdminSystem::Parts::watch_sides() {
  for (const auto& side : sides) {
    if (side->pulse().silence() < hung) continue;
    log.error("Main", "loop {} has not turned for {} s: the node ends without it", side->number(),
              static_cast<int>(seconds(side->pulse().silence())));
    audit_log->stop();
    _exit(1);
  }
  loop.post_at(clock.now() + LoopPulse::interval, [this] { watch_sides(); });
}

void P2PAdminSystem::Parts::give_up_joining() {
  log.error("Cluster", "no coordinator answered within {} (join.timeout): this worker ends; {}",
            duration_text(live.now().join_timeout), probe->status());
  exit_code = nobody_there;
  stop();
}

void P2PAdminSystem::Parts::stop_services() {
  loop.cancel(grace);
  services->stop_all([this] { loop.stop(); });
}

}  // namespace p2p
