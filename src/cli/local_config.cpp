#include "cli/local_config.hpp"

#include "cli/environment.hpp"

namespace p2p {

Result<Config> local_config() { return read_environment(); }

}  // namespace p2p
