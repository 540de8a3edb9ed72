// The gate, and what CallRunner does at it: out of its other files, since hardly a method has one.
#include "registry/call_gate.hpp"

#include <algorithm>

#include "registry/call_runner.hpp"

namespace p2p {

void CallGate::check_room(const std::string& path) const {
  if (running_ < limit_ || waiting_.size() < 2 * limit_) return;
  throw Error(Errc::overloaded,
              path + ": " + std::to_string(running_) + " calls run and " + std::to_string(waiting_.size()) +
                  " wait, as many as its max_concurrency lets",
              Value{{"retry_after", 1}});
}

bool CallGate::enter(CallRecord& record) {
  record.at_gate = true;
  if (running_ < limit_ && waiting_.empty()) {
    ++running_;
    return true;
  }
  record.unstarted = true;
  waiting_.push_back(&record);
  return false;
}

void CallGate::leave(CallRecord& record) {
  if (!std::exchange(record.at_gate, false)) return;  // it never came so far
  record.unstarted = false;
  if (const auto place = std::find(waiting_.begin(), waiting_.end(), &record); place != waiting_.end())
    waiting_.erase(place);
  else
    --running_;
}

CallRecord* CallGate::next() {
  if (waiting_.empty() || running_ >= limit_) return nullptr;
  CallRecord* record = waiting_.front();
  waiting_.pop_front();
  ++running_;
  return record;
}

void CallRunner::leave_gate(CallRecord& record) {
  CallGate& gate = *record.method->gate;
  gate.leave(record);
  admit_waiting(gate);
}

/// From the top of the loop: whoever has just left is in the middle of something.
void CallRunner::admit_waiting(CallGate& gate) {
  while (CallRecord* record = gate.next())
    executor_.post([this, record, serial = record->serial] {
      if (record->serial != serial || !std::exchange(record->unstarted, false)) return;
      watch(&record->context, record->frame.handle);
    });
}

/// Its method has not begun and will not: nobody is to be asked to stop.
void CallRunner::end_unstarted(CallRecord& record, Errc code) {
  stats_.end_failed(record.method->stats, code);
  if (!record.audited.is_null()) audit_inside(record, errc_name(code));
  give_back(record);
}

}  // namespace p2p
