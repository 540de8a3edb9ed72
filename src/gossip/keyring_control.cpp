#include "gossip/keyring_control.hpp"

#include "gossip/keyring.hpp"

namespace p2p::gossip {

Result<void> KeyringInMemory::install(std::string_view key) { return keyring_.add(Secret(std::string(key))); }
Result<void> KeyringInMemory::use(std::string_view key) { return keyring_.use(key); }
Result<void> KeyringInMemory::remove(std::string_view key) { return keyring_.remove(key); }
std::vector<std::string_view> KeyringInMemory::keys() const { return keyring_.keys(); }

}  // namespace p2p::gossip
