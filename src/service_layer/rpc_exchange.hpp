// RpcExchange: one RPC request between its HTTP exchange and the registry: how its answer must look, and what
// happens when its client leaves. Exchanges are kept and used again, so a call needs no allocation here.
//
// An answer in pieces takes items of a stream no faster than its client takes bytes, so a slow client holds
// the method back. Of progress only the latest word is kept, for the next turn of the loop or the next room.
// An error before the first piece is answered like any other; behind it, it is the last piece.
//
// Threads: the loop's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "service_layer/delivery.hpp"
#include "service_layer/door.hpp"
#include "service_layer/envelope.hpp"

namespace p2p {

enum class AnswerStyle {
  envelope,    ///< /rpc/{service}/{method}: an envelope, the status mirrors the error table
  local_call,  ///< /local/call: {"result","success"}
};

class RpcExchange final : public RpcCall, public HttpAbort, private detail::ProgressListener {
 public:
  RpcExchange(Door& door, RpcExchanges& pool) : door_(door), pool_(pool) {}

  /// How to answer; set before `run` or `refuse`.
  AnswerStyle style = AnswerStyle::envelope;
  EnvelopeShape shape = EnvelopeShape::seed;
  EnvelopeId id;
  bool notification = false;  ///< 2.0 without an id: 204
  bool meta = false;          ///< ?meta=1

  void bind(const Request& request, HttpExchange& exchange);
  /// Piece by piece, if `wanted` is not whole. After the rest is set, before `run`.
  void deliver(Delivery wanted);
  void run(CallRequest request);
  /// Answers an error that was found before the call.
  void refuse(const Error& error);

  void answered(Result<Value> result) override;
  void items_ready() override;
  [[nodiscard]] std::string peer() const override { return client_.text(); }
  void client_left() override { door_.rpc.cancel(*this); }

 private:
  void write_ok(const Value& result);
  int write_failure(const Error& error);
  void respond(int status, Delivery shape_of_body);
  void finish();
  [[nodiscard]] Error result_too_large();
  // In pieces (rpc_exchange_pieces.cpp).
  void progressed(double value, std::string_view text) override;
  void take_items();
  void write_item(const Value& item);
  void write_progress();
  void write_pending_progress();
  void send_piece();
  void last_piece(const Result<Value>& result);
  void go_on_when_writable();
  [[nodiscard]] bool has_room() const { return !begun_ || exchange_->queued() < stream_room; }
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
  bool in_run_ = false, done_ = false, watching_ = false, gzip_ = false;

  Delivery delivery_ = Delivery::whole;
  bool begun_ = false;             ///< the first piece is out
  bool progress_pending_ = false;  ///< not yet sent: the next two say what
  double progress_ = 0;
  std::string progress_text_;
  std::optional<Error> failure_;  ///< found here; the call is cancelled for it
  std::uint64_t use_ = 0;         ///< what was posted for an earlier request is passed over
};

/// Whether a call may run where `target` says. Nothing is said of the target of a call that is refused for
/// its method, role, scopes or parameters anyway: that comes first.
[[nodiscard]] Result<void> check_target(Door& door, const Caller& caller, const MethodPath& path,
                                        const std::string& target, const std::optional<Value>& params);

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
