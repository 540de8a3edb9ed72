#include <atomic>

#include <p2p/service.hpp>
#include <p2p/waiting.hpp>

namespace p2p {
namespace detail {

void throw_if_stopped(Stop stopped) {
  if (stopped == Stop::cancelled) throw Error(Errc::cancelled, "the call was cancelled");
  if (stopped == Stop::timeout) throw Error(Errc::timeout, "the deadline of the call has passed");
}

}  // namespace detail

/// Shared by the Signal, by who waits for it and by every `set` on its way to the loop. `refs` may change on
/// any thread, the rest on the loop.
struct Signal::State {
  explicit State(detail::Runtime& given) : runtime(given) {}

  std::atomic<int> refs{1};
  detail::Runtime& runtime;
  detail::Waiting* waiting = nullptr;
  bool is_set = false;

  void keep() { refs.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (refs.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
};

Signal::Signal(BaseService& service) : state_(new State(service.runtime())) {}

Signal::~Signal() { state_->release(); }

void Signal::set() {
  state_->keep();
  state_->runtime.post(
      [](void* data) {
        auto* state = static_cast<State*>(data);
        state->is_set = true;
        if (state->waiting != nullptr) state->runtime.wake(*std::exchange(state->waiting, nullptr));
        state->release();
      },
      state_);
}

Signal::Waiter::Waiter(State& state) : state_(state) { state_.keep(); }

Signal::Waiter::~Waiter() {
  if (state_.waiting == &waiting_) state_.waiting = nullptr;
  if (waiting_.timer != 0) state_.runtime.forget(waiting_);
  state_.release();
}

bool Signal::Waiter::begin() {
  if (state_.is_set) return false;
  state_.waiting = &waiting_;
  state_.runtime.wait(waiting_, std::numeric_limits<std::int64_t>::max());
  return true;
}

}  // namespace p2p
