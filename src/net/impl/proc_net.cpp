#include "net/impl/proc_net.hpp"

#include <charconv>
#include <cstring>
#include <sstream>
#include <string_view>

namespace p2p {
namespace {

/// "0100007F:1F41" or 32 digits: the address in words of four bytes, each in the machine's order.
std::optional<Endpoint> parse_address(std::string_view text) {
  const auto colon = text.find(':');
  if (colon != 8 && colon != 32) return std::nullopt;
  Endpoint endpoint;
  endpoint.v6 = colon == 32;
  for (std::size_t i = 0; i < colon / 8; ++i) {
    std::uint32_t word = 0;
    const auto* digits = text.data() + i * 8;
    if (std::from_chars(digits, digits + 8, word, 16).ptr != digits + 8) return std::nullopt;
    std::memcpy(endpoint.address.data() + i * 4, &word, 4);
  }
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), endpoint.port, 16);
  return endpoint.unmapped();
}

}  // namespace

/// "sl local remote state tx:rx timer retransmits uid timeout inode ...".
std::optional<ProcNetRow> read_proc_net(const std::string& line) {
  ProcNetRow row;
  std::string local, remote, skipped;
  std::istringstream words(line);
  words >> skipped >> local >> remote >> row.state >> skipped >> skipped >> skipped >> row.uid >> skipped >>
      row.inode;
  const auto here = parse_address(local), there = parse_address(remote);
  if (!words || !here || !there) return std::nullopt;
  row.local = *here;
  row.remote = *there;
  return row;
}

}  // namespace p2p
