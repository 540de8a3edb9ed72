// The golden vectors (tests/gossip/vectors.json): what agents sent, and what it must mean.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "gossip/crc32.hpp"
#include "gossip/lzw.hpp"
#include "gossip/msgpack.hpp"

namespace p2p::gossip::test_vectors {

inline Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return bytes;
}

struct Vector {
  std::string id;
  bool stream = false;
  Bytes key;           // empty: in clear
  Bytes wire;          // as captured
  Bytes plaintext;     // decrypted
  Bytes decompressed;  // without any envelope but a compound; without compression, as plaintext
  Value decoded;
  [[nodiscard]] bool compressed() const { return id.contains("lzw"); }
};

inline std::vector<Vector> all() {
  std::ifstream file(P2P_GOSSIP_VECTORS);
  std::stringstream text;
  text << file.rdbuf();
  std::vector<Vector> vectors;
  const Value document = json::parse(text.str()).value();
  for (const Value& one : document["vectors"].as_array()) {
    const auto bytes = [&](const char* key, const Bytes& otherwise) {
      const Value* found = one.find(key);
      return found != nullptr && found->is_string() ? from_hex(found->as_string()) : otherwise;
    };
    Vector vector{.id = std::string(one["id"].as_string()),
                  .stream = one["transport"] == Value("tcp"),
                  .key = bytes("key", {}),
                  .wire = bytes("hex", {}),
                  .plaintext = {},
                  .decompressed = {},
                  .decoded = one["decoded"]};
    vector.plaintext = bytes("plaintext", vector.wire);
    vector.decompressed = bytes("decompressed", vector.plaintext);
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

/// The envelopes that this node reads and never writes, as an agent makes them.
inline Bytes with_checksum(const Bytes& message) {
  Bytes bytes("\x0c");
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(crc32(message) >> shift);
  return bytes + message;
}
inline Bytes compressed(const Bytes& message) {
  Bytes bytes("\x09");
  MsgpackWriter out(bytes);
  out.map(2);
  out.key("Algo").number(0);
  out.key("Buf").raw(lzw_encode(message));
  return bytes;
}

}  // namespace p2p::gossip::test_vectors
