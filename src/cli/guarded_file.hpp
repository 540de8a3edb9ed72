// Files that decide what a node is: read whole, bounded, and only when nobody else could have changed them
// or, for a secret, read them.
#pragma once

#include <string>

#include "base/result.hpp"

namespace p2p {

enum class Guard {
  readable,  ///< others may read it
  secret,    ///< others may not; the group may
};

struct GuardedFile {
  std::string text;
  bool all_may_read = false;
};

/// not_found when there is none. invalid_params with a sentence that does not repeat the path, and with the
/// chmod or chown line when mode or owner are wrong. A link is followed: what it leads to counts.
[[nodiscard]] Result<GuardedFile> read_guarded(const std::string& path, Guard guard, std::size_t limit);

}  // namespace p2p
