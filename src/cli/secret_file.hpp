// A file that holds one secret: a token, a key.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace p2p {

/// Its content without the last line end; "-" is stdin. invalid_params when it cannot be read, is over
/// 64 KiB, or others may read it.
[[nodiscard]] Result<Secret> read_secret_file(const std::string& path);

/// Replaces the file as a whole, or not at all; it is 0600 from its first byte on, in folders that are ours.
[[nodiscard]] Result<void> write_secret_file(const std::string& path, std::string_view bytes);

/// A whole file, or stdin for "-"; invalid_params over `limit` bytes or when it cannot be read.
[[nodiscard]] Result<std::string> read_whole(const std::string& path, std::size_t limit);

}  // namespace p2p
