#include "node/coordinator_probe.hpp"

#include "base/json.hpp"
#include "net/host_port.hpp"
#include "net/http_client.hpp"

namespace p2p {
namespace {

constexpr std::chrono::milliseconds patience{5000};
constexpr std::uint16_t coordinator_port = 8001;

}  // namespace

std::chrono::seconds probe_pause(std::size_t tries) {
  return tries < 4 ? std::chrono::seconds(1 << tries) : std::chrono::seconds(15);
}

CoordinatorProbe::CoordinatorProbe(Loop& loop, Log& log, std::vector<std::string> coordinators)
    : loop_(loop),
      log_(log),
      coordinators_(std::move(coordinators)),
      last_("not asked yet"),
      since_(loop.clock().now()) {}

void CoordinatorProbe::within(std::chrono::milliseconds limit, Job give_up) {
  limit_ = limit;
  give_up_ = std::move(give_up);
}

void CoordinatorProbe::start() {
  if (limit_.count() > 0)
    limit_timer_ = loop_.post_at(loop_.clock().now() + limit_, [this] { std::exchange(give_up_, {})(); });
  ask();
}

void CoordinatorProbe::stop() {
  stopped_ = true;
  if (timer_ != 0) loop_.cancel(timer_);
  if (limit_timer_ != 0) loop_.cancel(limit_timer_);
}

void CoordinatorProbe::ask() {
  timer_ = 0;
  const std::string at = coordinators_[next_++ % coordinators_.size()];
  // A name is looked up by the system, which may take its time: not on the loop.
  const bool taken = loop_.run_blocking([this, alive = std::weak_ptr(alive_), at] {
    auto place = std::make_shared<Result<Endpoint>>(resolve(at, coordinator_port));
    loop_.post([this, alive, at, place] {
      if (!alive.expired() && !stopped_) resolved(at, *place);
    });
  });
  if (!taken) answered(false, at + ": no thread is free to look the name up");
}

void CoordinatorProbe::resolved(const std::string& at, const Result<Endpoint>& place) {
  if (!place) return answered(false, at + ": " + place.error().message());
  http_get(loop_, *place, "/health", patience,
           [this, alive = std::weak_ptr(alive_), at](Result<HttpClientAnswer> answer) {
             if (alive.expired() || stopped_) return;
             if (!answer) return answered(false, at + ": " + answer.error().message());
             const Result<Value> health = json::parse(answer->body);
             const bool ours = answer->status == 200 && health && (*health)["node_id"].is_string();
             answered(ours, ours ? (*health)["node_id"].as_string() + " answers at " + at
                                 : at + ": something answers there that is no node (status " +
                                       std::to_string(answer->status) + ')');
           });
}

void CoordinatorProbe::answered(bool reached, const std::string& what) {
  tries_ = reached ? 4 : tries_;
  const auto pause = probe_pause(tries_++);
  const bool news = what != last_;
  if (news) since_ = loop_.clock().now();
  last_ = what;
  reached_ = reached;
  if (reached && limit_timer_ != 0) loop_.cancel(std::exchange(limit_timer_, 0));
  if (!reached)
    log_.warn("Cluster", "coordinator {}; next try in {} s", what, pause.count());
  else if (news)
    log_.warn("Cluster", "{}; this version forms no cluster yet, so this worker works alone", what);
  timer_ = loop_.post_at(loop_.clock().now() + pause, [this] { ask(); });
}

std::string CoordinatorProbe::status() const {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(loop_.clock().now() - since_);
  return last_ + (reached_ ? ", but joining is not built yet" : "") + " (since " +
         std::to_string(age.count()) + " s)";
}

}  // namespace p2p
