// RPCMethods: runs a request from outside against the registry. Here a method is public or it does not exist,
// the caller's role and scopes are compared, the number of calls at once is bounded, and what must be
// recorded is.
//
// The checks run in the order of http-api.md, section 1: method known, role and scope, then the parameters.
//
// A node with several loops has one on each; the number of calls at once is the whole node's.
//
// Threads: the loop's.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "registry/call_runner.hpp"
#include "registry/in_flight.hpp"

namespace p2p {

class RPCMethods;

/// One request on its way, for one call; lives with whoever asked, until `answered`.
class RpcCall : private CallReceiver {
 public:
  RpcCall() = default;
  RpcCall(const RpcCall&) = delete;
  RpcCall& operator=(const RpcCall&) = delete;

  /// Exactly once, perhaps inside RPCMethods::call.
  virtual void answered(Result<Value> result) = 0;
  /// Where the request came from, for the audit log.
  [[nodiscard]] virtual std::string peer() const = 0;

  using CallReceiver::items_ready;
  using CallReceiver::listener;
  using CallReceiver::wants_items;

 protected:
  ~RpcCall() = default;

 private:
  friend class RPCMethods;
  void call_ended(Result<Value> result) final;

  /// What is kept of a request besides the call itself: when it waits for its service, or must be recorded.
  struct Kept {
    std::string service, method;
    CallRequest request;
    AuditedCall audited;
    Instant started;
    Instant wait_until;  ///< for its service to start
    std::uint64_t waiting_id = 0;
    std::shared_ptr<RpcCall*> writing;  ///< who gets the answer once the record of the call is on disk
    bool audit = false, durable = false;
  };
  RPCMethods* rpc_ = nullptr;
  CallRecord* record_ = nullptr;
  std::unique_ptr<Kept> kept_;
};

class RPCMethods {
 public:
  struct Limits {
    std::size_t in_flight = 1024;  ///< calls at once on this node; beyond it they are refused at once
  };

  RPCMethods(CallRunner& runner, CallAudit* audit, Limits limits)
      : runner_(runner), audit_(audit), in_flight_(runner.stats(), limits.in_flight) {}

  /// For calls that come from now on.
  void set_limits(const Limits& limits) { in_flight_.set_limit(limits.in_flight); }

  void call(CallRequest request, RpcCall& call);
  /// The caller went away: `answered` gets cancelled now if it has not been called; the method is asked to
  /// stop.
  void cancel(RpcCall& call);

  /// After `items_ready`: true with the next item of a stream. False when there is none now, or at the end;
  /// then `answered` has run inside, or will once the call is recorded.
  [[nodiscard]] bool take_item(RpcCall& call, Value& item) {
    return call.record_ != nullptr && runner_.take_item(*call.record_, item);
  }

  /// Calls refused because so many ran; any thread may ask.
  [[nodiscard]] std::uint64_t refused_for_room() const noexcept { return refused_for_room_; }

  /// The public method at `path`, if its service runs: for what must be known before the call (its largest
  /// body).
  [[nodiscard]] const MethodEntry* find_public(const MethodPath& path);
  /// Whether this loop may run it. On a side loop ask while the snapshot is held, and call then.
  [[nodiscard]] bool may_run(const MethodPath& path);

 private:
  friend class RpcCall;

  void proceed(CallRequest request, RpcCall& call);
  void wait_for_service(CallRequest request, RpcCall& call, const ServiceEntry& entry);
  [[nodiscard]] Result<void> permitted(const CallRequest& request, const MethodEntry& method,
                                       const RpcCall& call);
  void prepare_audit(const CallRequest& request, const MethodEntry& method, RpcCall& call);
  void refuse(RpcCall& call, CallStats::MethodId id, Error error);
  void ended(RpcCall& call, Result<Value> result);

  CallRunner& runner_;
  CallAudit* audit_;
  InFlight in_flight_;
  Tally refused_for_room_;
};

}  // namespace p2p
