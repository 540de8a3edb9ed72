// "Did you mean": the known word nearest to a mistyped one. Used by the SDK for parameter names and by the
// node for methods, services and options; a service does not need it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <p2p/value.hpp>

namespace p2p {

/// The candidate within a Damerau-Levenshtein distance of 2 (1 for words under five letters), nearest first,
/// the earlier of two equally near; empty when there is none. Words over 64 characters are passed over.
[[nodiscard]] P2P_API std::string nearest(std::string_view word,
                                          std::span<const std::string_view> candidates);
[[nodiscard]] P2P_API std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace p2p
