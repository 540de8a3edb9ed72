// KeyringControl: the keys of the cluster, as queries of other nodes change them (`serf keys`). Who wants to
// keep keys out of reach of the network gives SerfCore none of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace p2p::gossip {

class Keyring;

class KeyringControl {
 public:
  KeyringControl() = default;
  KeyringControl(const KeyringControl&) = delete;
  KeyringControl& operator=(const KeyringControl&) = delete;
  virtual ~KeyringControl() = default;

  [[nodiscard]] virtual Result<void> install(std::string_view key) = 0;
  [[nodiscard]] virtual Result<void> use(std::string_view key) = 0;
  [[nodiscard]] virtual Result<void> remove(std::string_view key) = 0;
  /// As bytes, the primary first. Good until the next change.
  [[nodiscard]] virtual std::vector<std::string_view> keys() const = 0;
};

/// Straight into a Keyring, which outlives it. Nothing is written to disk.
class KeyringInMemory final : public KeyringControl {
 public:
  explicit KeyringInMemory(Keyring& keyring) : keyring_(keyring) {}

  [[nodiscard]] Result<void> install(std::string_view key) override;
  [[nodiscard]] Result<void> use(std::string_view key) override;
  [[nodiscard]] Result<void> remove(std::string_view key) override;
  [[nodiscard]] std::vector<std::string_view> keys() const override;

 private:
  Keyring& keyring_;
};

}  // namespace p2p::gossip
