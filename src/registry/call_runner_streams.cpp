// Streams, read item by item: by a service, or by who asked from outside.
#include "registry/call_runner.hpp"
#include "registry/errand.hpp"

namespace p2p {

std::coroutine_handle<> CallRunner::next_item(detail::PendingCall& call, Context* parent,
                                              std::coroutine_handle<> reader, const CallerPtr& self) {
  if (call.record == nullptr) return call.error ? reader : start(call, parent, reader, self);
  auto& record = *static_cast<CallRecord*>(call.record);
  if (parent != nullptr && parent->stop != 0) {
    const auto why = static_cast<Stop>(parent->stop);
    call.record = nullptr;
    call.error.emplace(stop_error(why));
    abandon(record, why);
    return reader;
  }
  const bool there = record.errand != nullptr ? record.errand->has_news()
                                              : record.stream->has_item() || record.stream->has_ended();
  if (there) return reader;
  call.waiter = reader;
  call.context = parent;
  if (parent != nullptr) parent->waiting = &call;
  if (record.errand != nullptr)
    record.errand->demand();
  else
    record.stream->wait_for_item();
  return std::noop_coroutine();
}

bool CallRunner::take_item(detail::PendingCall& call) {
  if (call.record == nullptr) return false;  // it failed; `error` says why
  auto& record = *static_cast<CallRecord*>(call.record);
  CallRunner& self = *record.runner;
  stop_waiting(call);
  if (record.errand != nullptr) return self.take_from_errand(record);
  if (!record.stream->has_item()) {
    call.record = nullptr;
    if (Result<Value> end = self.take_result(record); !end) call.error.emplace(std::move(end.error()));
    self.give_back(record);
    return false;
  }
  const MethodCode& code = record.method->code;
  if (call.as_values)
    code.take(*record.frame.promise, call.result, call.error);
  else
    code.take_typed(*record.frame.promise, call.taken, call.error);
  record.stream->taken();
  if (!call.error) return true;
  call.record = nullptr;
  self.abandon(record, Stop::cancelled);
  return false;
}

bool CallRunner::has_item(const detail::PendingCall& call) noexcept {
  const auto* record = static_cast<const CallRecord*>(call.record);
  return record != nullptr && record->stream != nullptr && record->stream->has_item();
}

bool CallRunner::take_item(CallRecord& record, Value& item) {
  if (record.stream == nullptr) return false;  // a result is to come
  if (!record.stream->has_item()) {
    if (record.stream->has_ended())
      end(record);
    else
      record.stream->wait_for_item();
    return false;
  }
  std::optional<Error> failure;
  record.method->code.take(*record.frame.promise, item, failure);
  record.stream->taken();
  if (!failure) return true;
  CallReceiver& receiver = *record.receiver;
  abandon(record, Stop::cancelled);
  receiver.call_ended(fail(*std::move(failure)));
  return false;
}

}  // namespace p2p
