// P2PClient: a program outside the cluster asks a node over its public HTTP API. What it can do, curl can
// too. It turns the loop while it waits, so each question blocks its caller: until the answer, the deadline,
// or `cancel`, which closes the connection; the node cancels the call then.
//
//   const auto client = P2PClient::make(loop, {.place = "127.0.0.1:8001"});
//   Result<Value> nodes = (*client)->get("/cluster/nodes");
//
// Without a token it asks a loopback node for one (local trust) before the first question that needs one, and
// keeps it in memory. An error that the node answers comes back as that Error, with all its members.
//
// Threads:  the loop's, which nobody else turns. Lifetime: the loop outlives it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "net/http_session.hpp"

namespace p2p {

/// A whole answer, whatever its status.
struct ClientAnswer {
  int status = 0;
  std::string fields;  ///< the head, as in HttpReplyHead
  std::string body;

  [[nodiscard]] std::string_view field(std::string_view name) const;
};

struct ClientQuestion {
  std::string method = "GET";
  std::string target = "/";
  std::string headers{};  ///< further lines, each ending with \r\n
  std::string body{};     ///< JSON
  bool open = false;      ///< needs no token
};

/// Told each line of a stream; false: enough, close.
using LineTaker = std::function<bool(std::string_view line)>;

class P2PClient {
 public:
  struct Settings {
    std::string place = "127.0.0.1:8001";         ///< HOST:PORT, shown in errors
    Secret token{};                               ///< empty: asked for
    std::string subject = "cli";                  ///< of the token that is asked for: the audit log shows it
    std::chrono::milliseconds timeout{30'000};    ///< from now to the last answer; 0: none
    std::string unreachable_hint{};               ///< what to type when nobody answers there
    std::size_t answer_limit = 64 * 1024 * 1024;  ///< bytes; more is too_large
    std::size_t line_limit = 16 * 1024 * 1024;    ///< bytes of one line of a stream
    std::function<void(const ClientQuestion&, int status, std::chrono::nanoseconds)>
        told{};  ///< of each answer
  };

  /// Looks up the name of the place. invalid_params for what is no address, node_not_found for an unknown
  /// name.
  [[nodiscard]] static Result<std::unique_ptr<P2PClient>> make(Loop& loop, Settings settings);
  P2PClient(const P2PClient&) = delete;
  P2PClient& operator=(const P2PClient&) = delete;
  ~P2PClient();

  /// The answer to `question`, whatever its status. node_unreachable, timeout, cancelled.
  [[nodiscard]] Result<ClientAnswer> ask(ClientQuestion question);
  /// The document at `target`, or the error that the node answered.
  [[nodiscard]] Result<Value> get(std::string target, bool open = false);
  [[nodiscard]] Result<Value> post(std::string target, const Value& body);
  /// POST /auth/token: with the token that is given, else by local trust. Its answer has an access_token.
  [[nodiscard]] Result<Value> issue_token(const Value& wish);
  /// Hands each line of the answer to `take` as it comes, until the stream ends or `take` has enough. When
  /// the answer is not of `media_type`, nothing is taken and it comes back whole.
  [[nodiscard]] Result<ClientAnswer> follow(ClientQuestion question, std::string_view media_type,
                                            LineTaker take);

  /// Waits; false when it was cancelled meanwhile.
  [[nodiscard]] bool wait(std::chrono::milliseconds pause);

  /// Turns the loop until it is stopped; `on_cancel` runs in it when it is cancelled meanwhile, and stops it.
  void turn(const std::function<void()>& on_cancel);

  /// From inside the loop: whatever is under way ends with `cancelled`, and so does all that follows.
  void cancel();
  [[nodiscard]] bool cancelled() const;

  /// What is left of the time: none left is 1 ms; none without a limit.
  [[nodiscard]] std::optional<std::chrono::milliseconds> time_left() const;
  /// Gives everything that follows so much time from now; 0: no limit.
  void set_timeout(std::chrono::milliseconds timeout);

  /// The header line with the token, which is asked for when there is none yet; empty when a node that is
  /// not on loopback is asked without one.
  [[nodiscard]] Result<std::string> authorization();

  [[nodiscard]] Loop& loop();
  [[nodiscard]] const Endpoint& endpoint() const;
  [[nodiscard]] const std::string& place() const;

 private:
  struct Impl;
  explicit P2PClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2p
