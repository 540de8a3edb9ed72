#include "testing/sim_network.hpp"

#include <algorithm>
#include <utility>

#include "testing/message_size.hpp"

namespace p2p::gossip {
namespace {

constexpr std::uint16_t gossip_port = 7946;
constexpr std::size_t header_bytes = 28, seal_bytes = 29, socket_backlog = 256;

Endpoint endpoint_of(std::uint32_t node) {
  Endpoint at;
  at.address = {10, static_cast<std::uint8_t>(node >> 16), static_cast<std::uint8_t>(node >> 8),
                static_cast<std::uint8_t>(node)};
  at.port = gossip_port;
  return at;
}

std::size_t packet_size(const std::vector<Message>& parts) {
  std::size_t bytes = header_bytes + seal_bytes + (parts.size() > 1 ? 2 + 2 * parts.size() : 0);
  for (const Message& part : parts) bytes += message_size(part);
  return bytes;
}

/// An index into `all`: a free one, else a new one.
template <class T>
std::uint32_t take_place(std::vector<T>& all, std::vector<std::uint32_t>& free) {
  if (free.empty()) {
    all.emplace_back();
    return static_cast<std::uint32_t>(all.size() - 1);
  }
  const std::uint32_t place = free.back();
  free.pop_back();
  return place;
}

}  // namespace

SimNetwork::SimNetwork(std::uint64_t seed, SimMachineFactory factory)
    : dice_(seed), factory_(std::move(factory)) {}

SimNetwork::Node SimNetwork::add(std::string name) {
  const auto node = static_cast<Node>(nodes_.size());
  nodes_.emplace_back();
  nodes_[node].info = new NodeInfo(std::move(name), endpoint_of(node), {});
  start(node);
  return node;
}

void SimNetwork::start(Node node) {
  Host& host = nodes_[node];
  ++host.life;
  host.stopped = false;
  host.timer = never;
  host.machine = factory_(host.info, dice_.next(), now_);
  act(node);
}

void SimNetwork::join(Node node, Node seed) {
  nodes_[node].machine->join(now_, nodes_[seed].info->at);
  act(node);
}

void SimNetwork::leave(Node node) {
  nodes_[node].machine->leave(now_);
  act(node);
}

void SimNetwork::kill(Node node) {
  Host& host = nodes_[node];
  host.machine.reset();
  for (const std::uint32_t packet : host.backlog) free_packets_.push_back(packet);
  host.backlog.clear();
}

void SimNetwork::revive(Node node) { start(node); }

void SimNetwork::stop(Node node) { nodes_[node].stopped = true; }

void SimNetwork::go_on(Node node) {
  Host& host = nodes_[node];
  host.stopped = false;
  for (const std::uint32_t packet : std::exchange(host.backlog, {})) deliver(packet);
  if (host.machine != nullptr && host.machine->next_deadline() <= now_) host.machine->on_timer(now_);
  if (host.machine != nullptr) act(node);
}

std::optional<SimNetwork::Node> SimNetwork::node_at(const Endpoint& at) const {
  if (at.v6 || at.address[0] != 10) return {};
  const Node node = Node{at.address[1]} << 16 | Node{at.address[2]} << 8 | Node{at.address[3]};
  if (node >= nodes_.size()) return {};
  return node;
}

void SimNetwork::trace_in(std::uint64_t number) noexcept { trace_ = (trace_ ^ number) * 0x100000001b3; }

TimePoint SimNetwork::delay() {
  const auto spread = static_cast<std::uint32_t>(weather.delay_max_us - weather.delay_min_us + 1);
  TimePoint delay = weather.delay_min_us + dice_.below(spread);
  if (weather.late > 0 && dice_.fraction() < weather.late)
    delay += dice_.below(static_cast<std::uint32_t>(weather.late_us));
  return delay;
}

void SimNetwork::schedule(TimePoint at, Kind kind, std::uint32_t what) {
  heap_.push({at, ++order_, kind, what});
}

void SimNetwork::run_for(TimePoint span) {
  const TimePoint end = now_ + span;
  while (!heap_.empty() && heap_.top().at <= end) {
    const Event event = heap_.top();
    heap_.pop();
    now_ = event.at;
    ++events_;
    dispatch(event);
  }
  now_ = end;
}

bool SimNetwork::run_until(const std::function<bool()>& done, TimePoint limit, TimePoint step) {
  for (const TimePoint end = now_ + limit; now_ < end; run_for(step))
    if (done()) return true;
  return done();
}

void SimNetwork::dispatch(const Event& event) {
  switch (event.kind) {
    case Kind::timer: return on_timer(event.what);
    case Kind::packet: return deliver(event.what);
    case Kind::request: return serve(event.what);
    case Kind::answer: return give_answer(event.what, {});
    case Kind::failure: return give_answer(event.what, Errc::node_unreachable);
    case Kind::deadline:
      give_answer(event.what, Errc::timeout);
      streams_[event.what].message = {};
      free_streams_.push_back(event.what);
  }
}

void SimNetwork::on_timer(Node node) {
  Host& host = nodes_[node];
  if (host.timer != now_) return;  // an older one, of a deadline that moved
  host.timer = never;
  if (host.machine == nullptr || host.stopped) return;
  if (host.machine->next_deadline() <= now_) host.machine->on_timer(now_);
  act(node);
}

/// Does what the machine wants until it wants nothing more, then sees to its next timer.
void SimNetwork::act(Node node) {
  for (Action& action : nodes_[node].machine->take_actions())
    std::visit([&](auto& wanted) { do_action(node, wanted); }, action);
  Host& host = nodes_[node];
  if (host.machine == nullptr) return;
  const TimePoint next = std::max(host.machine->next_deadline(), now_);
  if (next >= host.timer || next == never) return;
  host.timer = next;
  schedule(next, Kind::timer, node);
}

void SimNetwork::do_action(Node node, SendPacket& send) {
  SimTraffic& traffic = nodes_[node].traffic;
  ++traffic.packets;
  traffic.bytes += packet_size(send.parts);
  const std::optional<Node> to = node_at(send.to);
  if (!to || is_cut(node, *to) || (weather.loss > 0 && dice_.fraction() < weather.loss)) return;
  if (packets_cut_ && packets_cut_(node, *to)) return;
  Packet packet{node, *to, {}, {}};
  if (wire_ != nullptr)
    packet.sealed = wire_->pack(node, send.parts);
  else
    packet.parts = std::move(send.parts);
  if (weather.duplicated > 0 && dice_.fraction() < weather.duplicated) launch(packet);
  launch(std::move(packet));
}

void SimNetwork::launch(Packet packet) {
  const std::uint32_t place = take_place(packets_, free_packets_);
  packets_[place] = std::move(packet);
  schedule(now_ + delay(), Kind::packet, place);
}

void SimNetwork::deliver(std::uint32_t packet) {
  Packet& arrived = packets_[packet];
  const Node to = arrived.to;
  Host& host = nodes_[to];
  if (host.stopped && host.machine != nullptr && host.backlog.size() < socket_backlog) {
    host.backlog.push_back(packet);
    return;
  }
  Packet taken = std::move(arrived);
  free_packets_.push_back(packet);
  if (host.machine == nullptr || host.stopped) return;
  trace_in(static_cast<std::uint64_t>(now_) << 20 ^ std::uint64_t{taken.from} << 8 ^ to);
  if (wire_ != nullptr) {
    auto parts = wire_->unpack(to, taken.sealed);
    if (!parts) return;
    taken.parts = std::move(*parts);
  }
  for (const Message& part : taken.parts) trace_in(part.index() << 16 ^ message_size(part));
  host.machine->on_packet(now_, nodes_[taken.from].info->at, taken.parts);
  act(to);
}

void SimNetwork::do_action(Node node, OpenStream& open) {
  ++nodes_[node].traffic.streams;
  const std::uint32_t stream = take_place(streams_, free_streams_);
  const std::optional<Node> to = node_at(open.to);
  streams_[stream] =
      Stream{node, to.value_or(node), nodes_[node].life, open.id, open.deadline, {}, {}, false};
  load(streams_[stream], node, std::move(open.first));
  schedule(open.deadline, Kind::deadline, stream);
  if (!to) return;
  const TimePoint arrives = now_ + 2 * delay();
  if (arrives < open.deadline && !is_cut(node, *to) && !is_cut(*to, node))
    schedule(arrives, Kind::request, stream);
}

void SimNetwork::load(Stream& stream, Node sender, Message message) {
  if (wire_ != nullptr)
    stream.sealed = wire_->frame(sender, message);
  else
    stream.message = std::move(message);
}

std::optional<Message> SimNetwork::unload(Stream& stream, Node receiver) {
  if (wire_ == nullptr) return std::move(stream.message);
  return wire_->unframe(receiver, std::exchange(stream.sealed, {}));
}

/// In time, or not at all: the stream's place is used again after its deadline.
void SimNetwork::send_back(std::uint32_t stream, Kind kind) {
  const Stream& opened = streams_[stream];
  const TimePoint arrives = now_ + delay();
  if (arrives < opened.deadline && !is_cut(opened.server, opened.client)) schedule(arrives, kind, stream);
}

void SimNetwork::serve(std::uint32_t stream) {
  Stream& opened = streams_[stream];
  Host& server = nodes_[opened.server];
  if (server.machine == nullptr) return send_back(stream, Kind::failure);  // refused
  if (server.stopped) return;
  trace_in(static_cast<std::uint64_t>(now_) << 20 ^ opened.server);
  const Node node = opened.server;
  const std::optional<Message> first = unload(opened, node);
  if (!first) return send_back(stream, Kind::failure);
  server.machine->on_stream(now_, incoming_stream | stream, *first);
  act(node);
}

void SimNetwork::do_action(Node node, Reply& reply) {
  const auto stream = static_cast<std::uint32_t>(reply.id & ~incoming_stream);
  load(streams_[stream], node, std::move(reply.message));
  send_back(stream, Kind::answer);
}

void SimNetwork::do_action(Node, Close& close) {
  send_back(static_cast<std::uint32_t>(close.id & ~incoming_stream), Kind::failure);
}

void SimNetwork::give_answer(std::uint32_t stream, std::optional<Errc> failure) {
  Stream& opened = streams_[stream];
  Host& client = nodes_[opened.client];
  if (std::exchange(opened.over, true)) return;
  if (client.machine == nullptr || client.life != opened.client_life) return;
  trace_in(static_cast<std::uint64_t>(now_) << 20 ^ opened.client ^ (failure ? 1U << 19 : 0U));
  const Node node = opened.client;
  const StreamId id = opened.client_id;
  const std::optional<Message> answer = failure ? std::nullopt : unload(opened, node);
  if (answer)
    client.machine->on_stream(now_, id, *answer);
  else
    client.machine->on_stream_failed(now_, id, failure.value_or(Errc::parse_error));
  act(node);
}

void SimNetwork::do_action(Node node, Notify& notify) {
  if (observer_) observer_(node, now_, notify.event);
}

void SimNetwork::do_action(Node node, JoinResult& result) { nodes_[node].last_join = std::move(result); }

void SimNetwork::do_action(Node node, LeaveDone&) { kill(node); }

}  // namespace p2p::gossip
