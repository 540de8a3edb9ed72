// NodeLink: the way from a command to a node: which one (flag > environment > context > default), with which
// token, how long; and Ctrl-C, which cancels what is under way there.
#pragma once

#include <memory>

#include "cli/contexts.hpp"
#include "cli/invocation.hpp"
#include "cli/world.hpp"
#include "client/p2p_client.hpp"
#include "client/query_text.hpp"
#include "net/signals.hpp"

namespace p2p {

/// Which node, and as whom.
struct NodePlace {
  std::string coord = "127.0.0.1:8001";
  Secret token;
  std::string context;  ///< empty: none
  bool is_protected = false;
};

/// A context's token goes to that context's node only, never to one that --coord or P2P_COORD names.
[[nodiscard]] Result<NodePlace> place_of(const Invocation& said, const ClientEnvironment& environment);

/// The token of a context, or of the file that it names; empty when it has none.
[[nodiscard]] Result<Secret> token_of(const Context& context);

class NodeLink {
 public:
  /// `limited`: the time counts from now; else it is the limit of each question, and only a --timeout that
  /// was given limits the whole.
  [[nodiscard]] static Result<std::unique_ptr<NodeLink>> open(const Invocation& said, World& world,
                                                              bool limited = true);
  [[nodiscard]] static Result<std::unique_ptr<NodeLink>> open_at(const Invocation& said, World& world,
                                                                 NodePlace place, bool limited = true);
  NodeLink(const NodeLink&) = delete;
  NodeLink& operator=(const NodeLink&) = delete;

  [[nodiscard]] P2PClient& client() noexcept { return *client_; }
  [[nodiscard]] const std::string& place() const noexcept { return client_->place(); }
  [[nodiscard]] const std::string& context() const noexcept { return context_; }
  [[nodiscard]] bool is_protected() const noexcept { return protected_; }
  /// The time that one question may take.
  [[nodiscard]] std::chrono::milliseconds timeout() const noexcept { return timeout_; }
  /// When the --timeout that was given is over; none without one.
  [[nodiscard]] std::optional<Instant> end() const noexcept { return end_; }

 private:
  explicit NodeLink(const Clock& clock) : loop_(clock, nullptr) {}

  Loop loop_;
  std::unique_ptr<P2PClient> client_;
  std::optional<Signals> signals_;
  std::string context_;
  bool protected_ = false;
  std::optional<Instant> end_;
  std::chrono::milliseconds timeout_{30'000};
};

/// Adds the selectors that were given: --node, --role, --tag, --service, --status. Whether any was.
bool add_selectors(const Invocation& said, QueryText& query);

}  // namespace p2p
