#include <p2p/waiting.hpp>

#include <atomic>

#include <p2p/service.hpp>

namespace p2p {
namespace detail {

void throw_if_stopped(Stop stopped) {
  if (stopped == Stop::cancelled) throw Error(Errc::cancelled, "the call was cancelled");
  if (stopped == Stop::timeout) throw Error(Errc::timeout, "the deadline of the call has passed");
}

}  // namespace detail

/// Shared by the Signal and by every `set` on its way to the loop. `refs` may change on any thread, the rest on the loop.
struct Signal::State {
  std::atomic<int> refs{1};
  detail::Runtime* runtime = nullptr;
  detail::Waiting* waiting = nullptr;
  bool is_set = false;

  void release() {
    if (refs.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
};

Signal::Signal(BaseService& service) : runtime_(service.runtime()), state_(new State) { state_->runtime = &runtime_; }

Signal::~Signal() {
  state_->waiting = nullptr;
  if (waiting_.timer != 0) runtime_.forget(waiting_);
  state_->release();
}

void Signal::set() {
  state_->refs.fetch_add(1, std::memory_order_relaxed);
  runtime_.post(
      [](void* data) {
        auto* state = static_cast<State*>(data);
        state->is_set = true;
        if (state->waiting != nullptr) state->runtime->wake(*std::exchange(state->waiting, nullptr));
        state->release();
      },
      state_);
}

bool Signal::begin() {
  if (state_->is_set) return false;
  state_->waiting = &waiting_;
  runtime_.wait(waiting_, std::numeric_limits<std::int64_t>::max());
  return true;
}

void Signal::end() {
  state_->waiting = nullptr;
  detail::throw_if_stopped(waiting_.stopped);
}

}  // namespace p2p
