// CallRecord: one call that runs here, from its start until its method has ended, even when nobody waits for
// it any more. It holds the callee's context and coroutine, the pin on its generation and its place in the
// deadline wheel.
//
// Lifetime: taken from and given back to the runner's pool. A record is `abandoned` when the caller has got
//           an error (deadline, cancelled) while the method still runs: then it keeps what the method may
//           still look at.
// Threads:  one loop's.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>

#include <p2p/context.hpp>
#include <p2p/detail/runtime.hpp>
#include <p2p/task.hpp>

#include "model/call.hpp"
#include "registry/call_stream.hpp"
#include "registry/deadline_wheel.hpp"
#include "registry/generation.hpp"

namespace p2p {

class CallRunner;
class Errand;

/// Who asked from outside and wants the answer.
class CallReceiver {
 public:
  /// Exactly once for each call started, perhaps inside the starting function.
  virtual void call_ended(Result<Value> result) = 0;
  /// Items of a stream are there, or its end: CallRunner::take_item, now or later. For who wants them.
  virtual void items_ready() {}

  /// Set before the start. Who does not want items gets a stream as one array.
  bool wants_items = false;
  detail::ProgressListener* listener = nullptr;  ///< told how far the call is; null: nobody

 protected:
  ~CallReceiver() = default;
};

struct CallRecord final : DeadlineWheel::Entry, detail::Completion {
  Context context;
  detail::Frame frame;                 ///< the method's coroutine
  std::unique_ptr<CallStream> stream;  ///< of a method that yields
  CallRunner* runner = nullptr;
  const MethodEntry* method = nullptr;     ///< null while the call waits for its service, or for home
  detail::PendingCall* pending = nullptr;  ///< a service asked ...
  CallReceiver* receiver = nullptr;        ///< ... or somebody outside; both null: abandoned
  CallRecord* parent = nullptr;            ///< the asking service's own call, while it waits for us
  CallerPtr caller;                        ///< set where the context's identity starts, and when abandoned
  std::uint64_t waiting_id = 0;            ///< in ServiceWaiters
  std::shared_ptr<Errand> errand;          ///< the call runs on the home loop, and we wait for it
  std::uint64_t serial = 0;                ///< raised whenever the record is given back
  std::int64_t started_ns = 0;             ///< 0: not timed
  bool at_gate = false;                    ///< counted by the method's CallGate
  bool unstarted = false;                  ///< ... and waiting there for its turn
  std::uint64_t span = 0;                  ///< CallRequest's, inherited by the calls below it
  Value audited;                           ///< the parameters, when a service calls an audited method

  /// The caller behind the context's views, kept by this record or one above it.
  [[nodiscard]] CallerPtr identity() const {
    const CallRecord* record = this;
    while (record->caller == nullptr && record->parent != nullptr) record = record->parent;
    return record->caller;
  }
};

}  // namespace p2p
