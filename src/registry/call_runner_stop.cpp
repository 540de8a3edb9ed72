// How calls end before their methods do: deadlines, callers that leave, generations that go.
#include "registry/call_runner.hpp"
#include "registry/errand.hpp"

namespace p2p {

Error CallRunner::stop_error(Stop why) {
  return why == Stop::timeout ? Error(Errc::timeout, "the deadline of the call has passed")
                              : Error(Errc::cancelled, "the call was cancelled");
}

/// Who reads a stream may wait for something else meanwhile: that stays.
void CallRunner::stop_waiting(detail::PendingCall& call) noexcept {
  if (call.context != nullptr && call.context->waiting == &call) call.context->waiting = nullptr;
}

/// Nobody waits any more: the record keeps itself, and the method is asked to stop. A stream that has ended
/// goes with what is left of it.
void CallRunner::abandon(CallRecord& record, Stop why) {
  if (record.errand != nullptr) {
    recall(record, why);
    return give_back(record);
  }
  if (record.unstarted) return end_unstarted(record, why == Stop::timeout ? Errc::timeout : Errc::cancelled);
  wheel_.remove(record);
  record.context.listener = nullptr;
  if (record.stream != nullptr) {
    record.stream->abandon();
    if (record.stream->has_ended()) {
      (void)take_result(record);
      return give_back(record);
    }
  }
  record.caller = record.identity();
  record.pending = nullptr;
  record.receiver = nullptr;
  record.parent = nullptr;
  detail::PromiseBase& promise = *record.frame.promise;
  promise.continuation = nullptr;
  promise.completion = &record;
  stats_.abandoned(why == Stop::timeout ? Errc::timeout : Errc::cancelled);
  stop(record.context, why);
}

void CallRunner::stop(Context& context, Stop why) {
  if (context.stop != 0) return;
  __atomic_store_n(&context.stop, static_cast<std::uint8_t>(why), __ATOMIC_RELAXED);
  detail::Waiting* waiting = context.waiting;
  if (waiting == nullptr) return;
  if (!waiting->is_call) {
    waiting->stopped = why;
    waiting->interrupt(*waiting);
    return;
  }
  auto& call = static_cast<detail::PendingCall&>(*waiting);
  if (call.record == nullptr) return;
  auto& record = *static_cast<CallRecord*>(call.record);
  if (record.method == nullptr) {  // it waits for its service, or for the home loop
    if (record.errand != nullptr)
      recall(record, why);
    else
      waiters_.cancel(std::exchange(record.waiting_id, 0));
    (void)fail_soon(record, why);
    return;
  }
  stop(record.context, why);
  // A willing callee ends now, from the top of the loop; the caller does not wait for another.
  executor_.post_at(executor_.clock().now(), [this, &record, why, serial = record.serial] {
    if (record.serial != serial || record.pending == nullptr) return;
    if (why == Stop::timeout)
      give_up(record, Errc::timeout, "the deadline of the call has passed");
    else
      give_up(record, Errc::cancelled, "the call was cancelled");
  });
}

void CallRunner::give_up(CallRecord& record, Errc code, std::string message) {
  CallReceiver* receiver = record.receiver;
  detail::PendingCall* pending = record.pending;
  Error error(code, std::move(message));
  if (pending != nullptr) {
    pending->error.emplace(std::move(error));
    pending->record = nullptr;
    stop_waiting(*pending);
  }
  abandon(record, code == Errc::timeout ? Stop::timeout : Stop::cancelled);
  if (receiver != nullptr) {
    receiver->call_ended(fail(std::move(error)));
  } else if (pending != nullptr) {
    const LogScope scope(pending->context == nullptr ? LogTrace{} : trace_of(*pending->context));
    if (const std::coroutine_handle<> waiter = std::exchange(pending->waiter, {}))
      waiter.resume();  // else it reads a stream and does something else now: it will see the error
  }
}

void CallRunner::expire(CallRecord& record) {
  const std::string& path = record.errand == nullptr ? record.method->path : record.errand->path();
  give_up(record, Errc::timeout, path + " did not answer within its time");
}

void CallRunner::cancel(CallRecord& record, Errc why) { give_up(record, why, "the caller went away"); }

void CallRunner::arm() {
  armed_ = true;
  const Instant now = executor_.clock().now();
  executor_.post_at(now + std::chrono::nanoseconds(DeadlineWheel::slot_ns), [this] {
    armed_ = false;
    wheel_.advance(executor_.clock().now().time_since_epoch().count(),
                   [this](DeadlineWheel::Entry& entry) { expire(static_cast<CallRecord&>(entry)); });
    if (!wheel_.empty() && !armed_) arm();
  });
}

void CallRunner::cancel_calls_of(const Generation& generation) {
  std::vector<std::pair<CallRecord*, std::uint64_t>> waiting;  // at a gate
  for (const auto& record : records_) {
    if (record->method == nullptr || record->method->generation != &generation) continue;
    if (record->unstarted)
      waiting.emplace_back(record.get(), record->serial);
    else
      stop(record->context, Stop::cancelled);
  }
  for (const auto& [record, serial] : waiting)  // an answer may end others
    if (record->serial == serial && record->unstarted)
      give_up(*record, Errc::cancelled, "the call was cancelled while it waited for its turn");
}

void CallRunner::give_up_all() {
  std::vector<std::pair<CallRecord*, std::uint64_t>> running;
  for (const auto& record : records_)
    if (record->method != nullptr && record->receiver != nullptr)
      running.emplace_back(record.get(), record->serial);
  for (const auto& [record, serial] : running)  // an answer may end others
    if (record->serial == serial && record->receiver != nullptr)
      give_up(*record, Errc::draining, "the node stops before " + record->method->path + " has answered");
}

}  // namespace p2p
