// What a node takes from its environment: the seed's variables, the state directory, the secret. Read once,
// here.
#pragma once

#include "base/result.hpp"
#include "node/config.hpp"

namespace p2p {

/// REDIS_URL, SERVICES_DIR, P2P_STATE_DIR (else XDG_STATE_HOME, HOME), P2P_LOG_LEVEL, and the secret from
/// JWT_SECRET_KEY, JWT_SECRET_KEY_FILE or $CREDENTIALS_DIRECTORY/jwt_secret; the secret is taken out of the
/// environment, so that no child of the node sees it. Fails when a file cannot be read or a word is unknown:
/// exit 78.
[[nodiscard]] Result<Config> read_environment();

/// Where the SDK is: beside the program in a build tree, in the prefix of an installation.
void find_sdk(Config& config);

}  // namespace p2p
