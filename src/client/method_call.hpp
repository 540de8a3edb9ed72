// A call of a method through a node: what is wanted, and what came of it.
#pragma once

#include <functional>
#include <string>

#include "client/p2p_client.hpp"

namespace p2p {

struct MethodCall {
  std::string method;  ///< "service.method" or "service/method"
  Value params = Value::object();
  std::string target{};   ///< as in the API: a node id, a role; empty: the node chooses
  bool no_cache = false;  ///< run it even if a result is cached
  /// Takes the items of a streamed result as they come; without it they come back as one array.
  std::function<bool(const Value& item)> on_item{};
  std::function<void(const Value& progress)> on_progress{};
};

struct CallOutcome {
  Value result;
  std::string node, path;  ///< where and how it ran: "web-1", "local"
  std::string trace_id;
  std::string age{};  ///< seconds since a cached result was made
  std::chrono::nanoseconds took{};
  bool streamed = false;  ///< the items were handed on as they came
};

/// The result, or the method's error with its trace_id. The node is told how much time is left, so that it
/// gives up when we do.
[[nodiscard]] Result<CallOutcome> call_method(P2PClient& client, const MethodCall& call);

}  // namespace p2p
