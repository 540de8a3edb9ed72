// How calls end before their methods do: deadlines, callers that leave, generations that go.
#include "registry/call_runner.hpp"

namespace p2p {

/// Nobody waits any more: the record keeps itself, and the method is asked to stop.
void CallRunner::abandon(CallRecord& record, Stop why) {
  if (record.unstarted) return end_unstarted(record, why == Stop::timeout ? Errc::timeout : Errc::cancelled);
  wheel_.remove(record);
  record.caller = record.identity();
  record.pending = nullptr;
  record.receiver = nullptr;
  record.parent = nullptr;
  auto& promise = record.task.handle().promise();
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
  if (record.method == nullptr) {  // it waits for its service
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
    if (pending->context != nullptr) pending->context->waiting = nullptr;
  }
  abandon(record, code == Errc::timeout ? Stop::timeout : Stop::cancelled);
  if (receiver != nullptr) {
    receiver->call_ended(fail(std::move(error)));
  } else if (pending != nullptr) {
    const LogScope scope(pending->context == nullptr ? LogTrace{} : trace_of(*pending->context));
    pending->waiter.resume();
  }
}

void CallRunner::expire(CallRecord& record) {
  give_up(record, Errc::timeout, record.method->path + " did not answer within its time");
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
  std::vector<Context*> contexts;
  std::vector<std::pair<CallRecord*, std::uint64_t>> waiting;  // at a gate
  wheel_.each([&](DeadlineWheel::Entry& entry) {
    auto& record = static_cast<CallRecord&>(entry);
    if (record.method == nullptr || record.method->generation != &generation) return;
    if (record.unstarted)
      waiting.emplace_back(&record, record.serial);
    else
      contexts.push_back(&record.context);
  });
  for (const auto& [record, serial] : waiting)  // an answer may end others
    if (record->serial == serial && record->unstarted)
      give_up(*record, Errc::cancelled, "the call was cancelled while it waited for its turn");
  for (Context* context : contexts) stop(*context, Stop::cancelled);
}

void CallRunner::give_up_all() {
  std::vector<std::pair<CallRecord*, std::uint64_t>> running;
  wheel_.each([&](DeadlineWheel::Entry& entry) {
    auto& record = static_cast<CallRecord&>(entry);
    if (record.receiver != nullptr) running.emplace_back(&record, record.serial);
  });
  for (const auto& [record, serial] : running)  // an answer may end others
    if (record->serial == serial && record->receiver != nullptr)
      give_up(*record, Errc::draining, "the node stops before " + record->method->path + " has answered");
}

}  // namespace p2p
