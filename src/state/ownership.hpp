// Whether a file of the state directory can be ours alone: a real file or directory, owned by us, closed to
// everybody else. What is not is refused with the command that repairs it, since keys that others could have
// read or replaced protect nobody.
#pragma once

#include <string>

#include <sys/stat.h>

#include "base/result.hpp"

namespace p2p {

/// Directories have 0700, files 0600 or less. unavailable with the `chmod` or `chown` line in message and
/// `hint`.
[[nodiscard]] Result<void> check_directory(const struct stat& facts, const std::string& path);
[[nodiscard]] Result<void> check_file(const struct stat& facts, const std::string& path);

/// As one word for a shell.
[[nodiscard]] std::string shell_word(const std::string& text);

}  // namespace p2p
