// What to type when a method or a service is not there.
#pragma once

#include "client/p2p_client.hpp"

namespace p2p {

/// The error with the nearest names in its hint, when it says that `method` is not there; as it is otherwise.
[[nodiscard]] Error with_method_hint(P2PClient& client, const std::string& method, Error error);

/// service_not_found with the nearest names when no node has such a service.
[[nodiscard]] Result<void> find_service(P2PClient& client, const std::string& service);

}  // namespace p2p
