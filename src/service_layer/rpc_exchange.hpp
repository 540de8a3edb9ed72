// RpcExchange: one RPC request between its HTTP exchange and the registry: how its answer must look, and what
// happens when its client leaves. Exchanges are kept and used again, so a call needs no allocation here.
//
// Threads: the loop's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/endpoint.hpp"
#include "service_layer/door.hpp"
#include "service_layer/envelope.hpp"

namespace p2p {

enum class AnswerStyle {
  envelope,    ///< /rpc/{service}/{method}: an envelope, the status mirrors the error table
  local_call,  ///< /local/call: {"result","success"}
};

class RpcExchange final : public RpcCall, public HttpAbort {
 public:
  RpcExchange(Door& door, RpcExchanges& pool) : door_(door), pool_(pool) {}

  /// How to answer; set before `run` or `refuse`.
  AnswerStyle style = AnswerStyle::envelope;
  EnvelopeShape shape = EnvelopeShape::seed;
  EnvelopeId id;
  bool notification = false;  ///< 2.0 without an id: 204
  bool meta = false;          ///< ?meta=1

  void bind(const Request& request, HttpExchange& exchange);
  void run(CallRequest request);
  /// Answers an error that was found before the call.
  void refuse(const Error& error);

  void answered(Result<Value> result) override;
  [[nodiscard]] std::string peer() const override { return client_.text(); }
  void client_left() override { door_.rpc.cancel(*this); }

 private:
  void write_ok(const Value& result);
  int write_failure(const Error& error);
  void respond(int status);
  [[nodiscard]] std::string meta_text() const;

  Door& door_;
  RpcExchanges& pool_;
  HttpExchange* exchange_ = nullptr;
  const Route* route_ = nullptr;
  Endpoint client_;
  TraceId trace_{};
  Instant started_{};
  std::string instance_;
  Instant run_{};  ///< when the call began, of those whose answer has meta
  bool in_run_ = false, done_ = false, gzip_ = false;
};

/// Whether a call may run where `target` says. Nothing is said of the target of a call that is refused for
/// its method, role or scopes anyway: that comes first, and RPCMethods says it.
[[nodiscard]] Result<void> check_target(Door& door, const Caller& caller, const MethodPath& path,
                                        const std::string& target);

class RpcExchanges {
 public:
  explicit RpcExchanges(Door& door) : door_(door) {}
  [[nodiscard]] RpcExchange& take();
  void give_back(RpcExchange& exchange) { free_.push_back(&exchange); }

 private:
  Door& door_;
  std::vector<std::unique_ptr<RpcExchange>> all_;
  std::vector<RpcExchange*> free_;
};

}  // namespace p2p
