// The key of a build: SHA-256 over everything that decides what the compiler makes. Equal keys, equal
// library, so a restart of the node compiles nothing that did not change. Pure but for `digest_of_file`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "hosting/or_reason.hpp"
#include "hosting/snapshot.hpp"

namespace p2p {

/// What all builds of a node share.
struct BuildBase {
  std::string compiler;  ///< its first words about itself: `--version`
  std::vector<std::string> flags;
  std::string sdk;  ///< digest of the SDK's headers
};

/// The files that a makefile rule, as the compiler writes it with -MD, names behind its colon; each once,
/// sorted.
[[nodiscard]] std::vector<std::string> parse_dependencies(std::string_view rule);

inline constexpr std::size_t largest_dependency =
    64 * 1024 * 1024;                                               ///< bytes of one of the machine's headers
inline constexpr std::size_t all_dependencies = 512 * 1024 * 1024;  ///< and of all of them

/// 64 hexadecimal digits, over the contents of `dependencies`: those with a relative name are the snapshot's,
/// others are the machine's own headers. Otherwise which of them is gone, no ordinary file, or too large.
[[nodiscard]] OrReason<std::string> build_key(const BuildBase& base, const std::vector<std::string>& sources,
                                              const Snapshot& snapshot,
                                              const std::vector<std::string>& dependencies);
/// The same over all of the snapshot: names a build of which nothing is known yet.
[[nodiscard]] std::string whole_key(const BuildBase& base, const Snapshot& snapshot);

/// Over names and contents of all files below `folder`.
[[nodiscard]] std::string digest_of_tree(const std::string& folder);

}  // namespace p2p
