// SimWire: how messages of a SimNetwork become bytes and messages again, for those who want to simulate that
// too. What a receiver cannot read never reaches its machine, as in life.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "gossip/dice.hpp"
#include "gossip/keyring.hpp"
#include "gossip/message.hpp"

namespace p2p::gossip {

class SimWire {
 public:
  using Node = std::uint32_t;
  SimWire() = default;
  SimWire(const SimWire&) = delete;
  SimWire& operator=(const SimWire&) = delete;
  virtual ~SimWire() = default;

  [[nodiscard]] virtual Bytes pack(Node from, std::span<const Message> parts) = 0;
  [[nodiscard]] virtual std::optional<std::vector<Message>> unpack(Node to, std::string_view datagram) = 0;
  [[nodiscard]] virtual Bytes frame(Node from, const Message& message) = 0;
  [[nodiscard]] virtual std::optional<Message> unframe(Node to, std::string_view stream) = 0;
};

/// Codec and Keyring, a keyring for each node; all begin with the same key.
class SealedWire final : public SimWire {
 public:
  explicit SealedWire(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] Bytes pack(Node from, std::span<const Message> parts) override;
  [[nodiscard]] std::optional<std::vector<Message>> unpack(Node to, std::string_view datagram) override;
  [[nodiscard]] Bytes frame(Node from, const Message& message) override;
  [[nodiscard]] std::optional<Message> unframe(Node to, std::string_view stream) override;

  [[nodiscard]] Keyring& keyring(Node node);
  [[nodiscard]] std::uint64_t unreadable() const noexcept { return unreadable_; }

 private:
  struct Seeded final : Random {
    explicit Seeded(std::uint64_t seed) : dice(seed) {}
    void fill(std::span<std::byte> bytes) override {
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(dice.next());
    }
    Dice dice;
  };

  Seeded random_;
  std::vector<std::unique_ptr<Keyring>> keyrings_;
  std::uint64_t unreadable_ = 0;  // datagrams and streams that could not be opened or decoded
};

}  // namespace p2p::gossip
