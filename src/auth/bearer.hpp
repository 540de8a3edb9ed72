// The token in an Authorization header: `Bearer <token>`, the scheme in any case (RFC 6750).
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace p2p {

/// A view into `header`. unauthenticated with the reason when it holds anything but one bearer token. White
/// space inside the token stays and is refused by the verification.
[[nodiscard]] Result<std::string_view> bearer_token(std::string_view header);

}  // namespace p2p
