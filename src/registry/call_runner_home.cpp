// Calls on a side loop that the home loop must run.
#include <algorithm>

#include "registry/call_runner.hpp"
#include "registry/errand.hpp"

namespace p2p {

/// The deadline is watched here as well, since the home loop may be busy.
std::coroutine_handle<> CallRunner::send_home(CallRecord& record, const MethodEntry& method) {
  detail::PendingCall& call = *record.pending;
  if (errands_ >= most_errands)
    return fail_pending(record, Error(Errc::overloaded, "too many calls wait for the main loop already",
                                      Value{{"retry_after", 1}}));
  try {
    if (call.typed != nullptr) call.typed->to_value(call.given, call.arguments);
  } catch (Error& error) {
    return fail_pending(record, std::move(error));
  }
  call.as_values = true;  // what it gives comes from another thread
  std::int64_t limit = timeout_of(method);
  if (call.options.timeout_ns > 0) limit = std::min(limit, call.options.timeout_ns);
  const std::int64_t now = executor_.clock().coarse_now().time_since_epoch().count();
  const std::int64_t deadline = std::min(record.context.deadline_ns, now + limit);
  ++errands_;
  record.errand = std::make_shared<Errand>(*this, *home_, record, deadline);
  wheel_.add(record, deadline);
  if (!armed_) arm();
  record.errand->send();
  return std::noop_coroutine();
}

void CallRunner::recall(CallRecord& record, Stop why) {
  wheel_.remove(record);
  record.errand->leave(why);
  record.errand.reset();
}

void CallRunner::answer_errand(CallRecord& record, Value result, std::optional<Error> error) {
  detail::PendingCall& call = *record.pending;
  call.result = std::move(result);
  call.error = std::move(error);
  call.record = nullptr;
  if (call.context != nullptr) call.context->waiting = nullptr;
  record.errand.reset();
  give_back(record);
  watch(call.context, call.waiter);
}

/// Unless the reader does something else now: then it finds what has come.
void CallRunner::wake_reader(CallRecord& record) {
  detail::PendingCall& call = *record.pending;
  if (const std::coroutine_handle<> reader = std::exchange(call.waiter, {})) watch(call.context, reader);
}

bool CallRunner::take_from_errand(CallRecord& record) {
  detail::PendingCall& call = *record.pending;
  if (record.errand->take(call.result, call.error)) return true;
  call.record = nullptr;
  record.errand.reset();
  give_back(record);
  return false;
}

}  // namespace p2p
