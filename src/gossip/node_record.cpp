#include "gossip/node_record.hpp"

#include <algorithm>

#include "gossip/limits.hpp"
#include "gossip/message.hpp"
#include "gossip/msgpack_endpoint.hpp"

namespace p2p::gossip {

// Bytes, or a list of numbers, which some writers of msgpack make of bytes.
void NodeRecord::read_versions(MsgpackReader& in) {
  if (in.next() != MsgpackHead::Kind::array) {
    const std::string_view raw = in.raw();
    version_count = raw.size();
    std::copy_n(raw.begin(), std::min(raw.size(), versions.size()), versions.begin());
    return;
  }
  version_count = in.array();
  for (std::uint64_t i = 0; i < version_count && in.ok(); ++i) {
    const auto version = in.number_of<std::uint8_t>();
    if (i < versions.size()) versions[i] = version;
  }
}

bool NodeRecord::read(MsgpackReader& in, std::string_view key, std::string_view name_key) {
  if (key == name_key)
    node = in.raw();
  else if (key == "Addr")
    address = in.raw();
  else if (key == "Port")
    port = in.number();
  else if (key == "Meta")
    meta = in.raw();
  else if (key == "Incarnation")
    incarnation = in.number();
  else if (key == "State")
    state = in.number();
  else if (key == "Vsn")
    read_versions(in);
  else
    return false;
  return true;
}

std::string_view NodeRecord::complaint() const {
  if (node.empty() || node.size() > name_limit) return "a node's name has not 1 to 255 bytes";
  if (!make_endpoint(address, 0)) return "an address has neither 4 nor 16 bytes";
  if (meta.size() > meta_limit) return "a node's tags have more than 512 bytes";
  if (version_count < versions.size()) return "a node's Vsn has fewer than 6 bytes";
  if (versions[0] == 0 || versions[1] == 0 || versions[0] > versions[1])
    return "a node's Vsn is no range of versions";
  if (port > 0xffff || incarnation > 0xffff'ffff) return "a number is out of its range";
  if (state > static_cast<unsigned>(NodeState::left)) return "a node's state is none of the four";
  return {};
}

NodeInfoPtr NodeRecord::info() const {
  const auto at = make_endpoint(address, static_cast<std::uint16_t>(port)).value_or(Endpoint{});
  return NodeInfoPtr(new NodeInfo(std::string(node), at, Bytes(meta), versions));
}

}  // namespace p2p::gossip
