#include "net/http_server.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "net/impl/http_connection.hpp"
#include "net/impl/listener.hpp"

namespace p2p {

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& field : fields) {
    if (same_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

bool HttpRequest::has_header(std::string_view name) const { return count_header(name) > 0; }

std::size_t HttpRequest::count_header(std::string_view name) const {
  const auto is_it = [name](const HttpField& field) { return same_ignoring_case(field.name, name); };
  return static_cast<std::size_t>(std::ranges::count_if(fields, is_it));
}

void HttpRequest::each_header(const std::function<void(std::string_view, std::string_view)>& visit) const {
  for (const auto& [name, value] : fields) visit(name, value);
}

struct HttpServer::Impl {
  Impl(Loop& loop, HttpHandler& handler, Log& log, HttpLimits limits, std::string constant_headers)
      : core(std::make_shared<HttpCore>(loop, handler, log, limits, std::move(constant_headers))) {
    core->on_room = [this] { resume_soon(); };
  }

  void take(UniqueFd fd, const Endpoint& client) {
    const auto full = core->room->full_for(client, core->limits);
    // Those turned away hold a descriptor for a moment: that is bounded, too.
    if (!full.empty() && core->room->connections() >= core->limits.connections + 64) {
      ++core->counters.rejected_full;
      return;
    }
    const auto server = local_endpoint(fd.get());
    const auto connection = std::make_shared<HttpConnection>(core, std::move(fd), client, server);
    if (!connection->start())
      return core->log.error("Http", "cannot watch the connection of {}", client.text());
    if (!full.empty()) connection->turn_away(Errc::overloaded, full);
  }

  /// A line at most once a minute, and one when it is over.
  void tell_of_descriptors(bool paused, int most) {
    core->counters.descriptors_out += paused ? 1 : 0;
    const auto now = core->loop.clock().coarse_now();
    if (paused && (!told || now - *told >= std::chrono::minutes(1))) {
      told = now;
      over_owed = true;
      core->log.warn("Http",
                     "out of file descriptors: {} are for connections and the rest is kept for the node; {} "
                     "connections are open, new ones wait (raise LimitNOFILE or ulimit -n)",
                     most, core->counters.connections.get());
    } else if (!paused && std::exchange(over_owed, false)) {
      core->log.info("Http", "file descriptors are free again: connections are taken");
    }
  }

  /// From the top of the loop: a connection is just being closed, and its descriptor with it.
  void resume_soon() {
    if (std::ranges::none_of(listeners, [](const auto& listener) { return listener->paused(); })) return;
    core->loop.cancel(resume);
    resume = core->loop.post_at(core->loop.clock().now(), [this] { resume_all(); });
  }
  void resume_all() {
    for (auto& listener : listeners) listener->resume();
  }

  void add_listener(UniqueFd socket) {
    core->writer.set_date(core->loop.clock().wall());
    listeners.push_back(std::make_unique<Listener>(
        core->loop, std::move(socket),
        [this](UniqueFd fd, const Endpoint& client) { take(std::move(fd), client); },
        [this](bool is_paused, int most) { tell_of_descriptors(is_paused, most); }));
    arm_sweep();
  }

  void arm_sweep() {
    if (sweep != 0) return;
    sweep = core->loop.post_at(core->loop.clock().now() + std::chrono::seconds(1), [this] {
      sweep = 0;
      core->writer.set_date(core->loop.clock().wall());
      const auto now = core->loop.clock().now();
      core->each_connection([now](HttpConnection& connection) { connection.sweep(now); });
      resume_all();
      arm_sweep();
    });
  }

  std::shared_ptr<HttpCore> core;  // shared with connections that outlive the server until they are answered
  std::vector<std::unique_ptr<Listener>> listeners;
  Executor::TimerId sweep = 0, resume = 0;
  std::optional<Instant> told;
  bool over_owed = false;
};

HttpServer::HttpServer(Loop& loop, HttpHandler& handler, Log& log, HttpLimits limits,
                       std::string constant_headers)
    : impl_(std::make_unique<Impl>(loop, handler, log, limits, std::move(constant_headers))) {}

HttpServer::~HttpServer() {
  auto& core = *impl_->core;
  impl_->listeners.clear();
  core.loop.cancel(impl_->sweep);
  core.loop.cancel(impl_->resume);
  core.stop();
  core.on_room = {};
  close_all();
}

Result<Endpoint> HttpServer::listen(const Endpoint& at) {
  auto bound = bind_and_listen(at);
  if (!bound) return fail(std::move(bound.error()));
  const auto where = local_endpoint(bound->get());
  impl_->add_listener(std::move(*bound));
  return where;
}

void HttpServer::divert(std::string_view first_bytes, std::function<void(Diverted)> take) {
  impl_->core->diverted = first_bytes;
  impl_->core->divert = std::move(take);
}

void HttpServer::set_limits(const HttpLimits& limits) { impl_->core->limits = limits; }

Result<void> HttpServer::listen_beside(HttpServer& first) {
  impl_->core->room = first.impl_->core->room;
  for (const auto& listener : first.impl_->listeners) {
    auto beside = listener->listen_beside();
    if (!beside) return fail(std::move(beside.error()));
    impl_->add_listener(*std::move(beside));
  }
  return {};
}

HttpCounters& HttpCounters::operator+=(const HttpCounters& other) noexcept {
  for (Tally HttpCounters::* figure :
       {&HttpCounters::connections, &HttpCounters::accepted, &HttpCounters::requests, &HttpCounters::running,
        &HttpCounters::bytes_in, &HttpCounters::bytes_out, &HttpCounters::rejected_framing,
        &HttpCounters::rejected_limit, &HttpCounters::rejected_timeout, &HttpCounters::rejected_not_http,
        &HttpCounters::rejected_full, &HttpCounters::over_request_line, &HttpCounters::over_headers,
        &HttpCounters::over_body, &HttpCounters::descriptors_out})
    this->*figure += other.*figure;
  return *this;
}

void HttpServer::stop_accepting() {
  impl_->listeners.clear();
  impl_->core->draining = true;
  impl_->core->each_connection([](HttpConnection& connection) { connection.drain(); });
}

void HttpServer::when_empty(Job done) {
  auto& core = *impl_->core;
  if (core.counters.connections == 0) {
    core.loop.post(std::move(done));
  } else {
    core.when_empty = std::move(done);
  }
}

void HttpServer::close_all() {
  impl_->core->each_connection([](HttpConnection& connection) { connection.close(); });
}

const HttpCounters& HttpServer::counters() const { return impl_->core->counters; }

}  // namespace p2p
