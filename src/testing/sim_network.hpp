// SimNetwork: a virtual network and clock for any number of gossip machines, in one thread. Packets are
// delayed by chance, and lost, doubled or overtaken if so set; links can be cut in one direction, nodes
// killed, stopped and brought back. Messages travel as they are, not encoded, but with a SimWire as bytes;
// what they take on the wire is reckoned in either case. The same seed and the same calls give the same run,
// which trace() tells.
//
// Streams lose nothing, but one whose way is cut, or whose server is stopped, fails at its deadline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "testing/sim_machine.hpp"
#include "testing/sim_wire.hpp"

namespace p2p::gossip {

struct SimWeather {
  TimePoint delay_min_us = 500, delay_max_us = 2'000;
  double loss = 0, duplicated = 0;  ///< of a hundred packets 2: 0.02
  double late = 0;                  ///< delayed by up to `late_us` more, so that others overtake it
  TimePoint late_us = 200'000;
};

struct SimTraffic {
  std::uint64_t packets = 0, bytes = 0;  ///< UDP: with 28 bytes of IP and UDP headers and 29 of AES-GCM each
  std::uint64_t streams = 0;
};

class SimNetwork {
 public:
  using Node = std::uint32_t;
  using Observer = std::function<void(Node where, TimePoint now, const MemberEvent& event)>;
  using Cut = std::function<bool(Node from, Node to)>;

  SimNetwork(std::uint64_t seed, SimMachineFactory factory);

  /// A node of that name, started now.
  Node add(std::string name);
  void join(Node node, Node seed);
  void leave(Node node);  ///< its process ends with LeaveDone
  void kill(Node node);
  void revive(Node node);  ///< a new process under the old name and address, which knows nobody
  void stop(Node node);    ///< SIGSTOP; packets wait for it, as in a socket's buffer
  void go_on(Node node);

  SimWeather weather;
  /// Asked for each packet and stream; nothing passes from -> to while it says true.
  void cut(Cut cut) { cut_ = std::move(cut); }
  /// The same for packets only: streams pass.
  void cut_packets(Cut cut) { packets_cut_ = std::move(cut); }
  void heal() { cut_ = packets_cut_ = {}; }
  /// To be called before there are nodes: from then on messages are sent as its bytes. Slower by far.
  void use(std::unique_ptr<SimWire> wire) { wire_ = std::move(wire); }
  void observe(Observer observer) { observer_ = std::move(observer); }

  void run_for(TimePoint span);
  /// False when `done` was still false after `limit`. It is asked each `step` of simulated time.
  bool run_until(const std::function<bool()>& done, TimePoint limit, TimePoint step = 10'000);

  [[nodiscard]] TimePoint now() const noexcept { return now_; }
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  [[nodiscard]] SwimCore& core(Node node) { return nodes_[node].machine->swim(); }
  [[nodiscard]] SimMachine& machine(Node node) { return *nodes_[node].machine; }
  /// After calls to a machine made from outside: does what it wants.
  void poke(Node node) { act(node); }
  [[nodiscard]] bool runs(Node node) const noexcept { return nodes_[node].machine != nullptr; }
  [[nodiscard]] const NodeInfoPtr& info(Node node) const noexcept { return nodes_[node].info; }
  [[nodiscard]] const SimTraffic& traffic(Node node) const noexcept { return nodes_[node].traffic; }
  [[nodiscard]] std::optional<JoinResult> last_join(Node node) const { return nodes_[node].last_join; }
  [[nodiscard]] std::uint64_t trace() const noexcept { return trace_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

 private:
  enum class Kind : std::uint8_t { timer, packet, request, answer, failure, deadline };
  struct Event {
    TimePoint at;
    std::uint64_t order;
    Kind kind;
    std::uint32_t what;  // a node, packet or stream
    bool operator>(const Event& other) const noexcept {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  struct Host {
    NodeInfoPtr info;
    std::unique_ptr<SimMachine> machine;  // null: killed or left
    std::uint32_t life = 0;
    bool stopped = false;
    TimePoint timer = never;  // the earliest of its timers in the heap
    std::vector<std::uint32_t> backlog;
    SimTraffic traffic;
    std::optional<JoinResult> last_join;
  };
  struct Packet {
    Node from = 0, to = 0;
    std::vector<Message> parts;
    Bytes sealed;  // instead of parts, when there is a wire
  };
  struct Stream {
    Node client = 0, server = 0;
    std::uint32_t client_life = 0;
    StreamId client_id = 0;
    TimePoint deadline = 0;
    Message message;
    Bytes sealed;  // instead of the message, when there is a wire
    bool over = false;
  };

  void start(Node node);
  void schedule(TimePoint at, Kind kind, std::uint32_t what);
  void dispatch(const Event& event);
  void act(Node node);
  void on_timer(Node node);
  void do_action(Node node, SendPacket& send);
  void do_action(Node node, OpenStream& open);
  void do_action(Node node, Reply& reply);
  void do_action(Node node, Close& close);
  void do_action(Node node, Notify& notify);
  void do_action(Node node, JoinResult& result);
  void do_action(Node node, LeaveDone& done);
  void launch(Packet packet);
  void load(Stream& stream, Node sender, Message message);
  [[nodiscard]] std::optional<Message> unload(Stream& stream, Node receiver);
  void deliver(std::uint32_t packet);
  void serve(std::uint32_t stream);
  void send_back(std::uint32_t stream, Kind kind);
  void give_answer(std::uint32_t stream, std::optional<Errc> failure);
  [[nodiscard]] TimePoint delay();
  [[nodiscard]] bool is_cut(Node from, Node to) const { return cut_ && cut_(from, to); }
  [[nodiscard]] std::optional<Node> node_at(const Endpoint& at) const;
  void trace_in(std::uint64_t number) noexcept;

  Dice dice_;
  SimMachineFactory factory_;
  TimePoint now_ = 0;
  std::uint64_t order_ = 0, events_ = 0, trace_ = 0xcbf29ce484222325;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> heap_;
  std::vector<Host> nodes_;
  std::vector<Packet> packets_;
  std::vector<std::uint32_t> free_packets_, free_streams_;
  std::vector<Stream> streams_;
  Cut cut_, packets_cut_;
  std::unique_ptr<SimWire> wire_;
  Observer observer_;
};

}  // namespace p2p::gossip
