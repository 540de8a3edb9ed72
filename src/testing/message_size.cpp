#include "testing/message_size.hpp"

namespace p2p::gossip {
namespace {

constexpr std::size_t type_byte = 1, small_map = 1, small_list = 1, yes_or_no = 1, nil = 1;

constexpr std::size_t key(std::string_view name) { return 1 + name.size(); }
std::size_t raw(std::size_t n) { return n + (n < 32 ? 1 : n < 65'536 ? 3 : 5); }
std::size_t number(std::size_t n) {
  return n < 128 ? 1 : n < 256 ? 2 : n < 65'536 ? 3 : n <= UINT32_MAX ? 5 : 9;
}
std::size_t address(const Endpoint& at) { return raw(at.v6 ? 16 : 4); }

std::size_t source(const std::optional<Endpoint>& at, const std::string& node) {
  const std::size_t where =
      at ? key("SourceAddr") + address(*at) + key("SourcePort") + number(at->port) : std::size_t{0};
  return where + (node.empty() ? 0 : key("SourceNode") + raw(node.size()));
}

std::size_t info(const NodeInfo& node) {
  return key("Addr") + address(node.at) + key("Port") + number(node.at.port) + key("Meta") +
         (node.meta.empty() ? nil : raw(node.meta.size())) + key("Vsn") + raw(6) + key("Node") +
         raw(node.name.size());
}

struct Body {
  std::size_t operator()(const Ping& m) const {
    return key("Node") + raw(m.node.size()) + key("SeqNo") + number(m.seq) + source(m.source, m.source_node);
  }
  std::size_t operator()(const IndirectPing& m) const {
    return key("SeqNo") + number(m.seq) + key("Target") + address(m.target) + key("Port") +
           number(m.target.port) + key("Node") + raw(m.node.size()) + key("Nack") + yes_or_no +
           source(m.source, m.source_node);
  }
  std::size_t operator()(const Ack& m) const {
    return key("SeqNo") + number(m.seq) + key("Payload") + (m.payload ? raw(m.payload->size()) : nil);
  }
  std::size_t operator()(const Nack& m) const { return key("SeqNo") + number(m.seq); }
  std::size_t operator()(const Suspect& m) const { return accusation(m.incarnation, m.node, m.from); }
  std::size_t operator()(const Dead& m) const { return accusation(m.incarnation, m.node, m.from); }
  std::size_t operator()(const Alive& m) const {
    return key("Incarnation") + number(m.incarnation) + info(*m.info);
  }
  std::size_t operator()(const PushPull& m) const {
    std::size_t all = key("Nodes") + number(m.nodes.size()) + key("UserStateLen") +
                      number(m.user_state.size()) + key("Join") + yes_or_no + m.user_state.size();
    for (const PushNode& node : m.nodes)
      all += small_list + key("Incarnation") + number(node.incarnation) + key("State") + 1 + info(*node.info);
    return all;
  }
  std::size_t operator()(const User& m) const { return m.body.size() - small_map; }  // no map
  std::size_t operator()(const ErrorReply& m) const { return key("Error") + raw(m.error.size()); }

  static std::size_t accusation(std::uint32_t incarnation, const std::string& node, const std::string& from) {
    return key("Incarnation") + number(incarnation) + key("Node") + raw(node.size()) + key("From") +
           raw(from.size());
  }
};

}  // namespace

std::size_t message_size(const Message& message) {
  return type_byte + small_map + std::visit(Body{}, message);
}

}  // namespace p2p::gossip
