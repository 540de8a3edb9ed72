#include <atomic>
#include <limits>
#include <mutex>
#include <utility>

#include <p2p/service.hpp>
#include <p2p/waiting.hpp>

namespace p2p {
namespace detail {

void throw_if_stopped(Stop stopped) {
  if (stopped == Stop::cancelled) throw Error(Errc::cancelled, "the call was cancelled");
  if (stopped == Stop::timeout) throw Error(Errc::timeout, "the deadline of the call has passed");
}

}  // namespace detail

/// Shared by the Signal, by who waits for it and by every `set` on its way to a loop. `refs` and what stands
/// under `mutex` may change on any thread; what waits is woken, and goes, on the loop it waits on alone.
struct Signal::State {
  explicit State(detail::Runtime& given) : runtime(given) {}

  std::atomic<int> refs{1};
  detail::Runtime& runtime;
  std::mutex mutex;
  detail::Waiting* waiting = nullptr;
  void* loop = nullptr;  // that of `waiting`
  bool is_set = false;

  void keep() { refs.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (refs.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  /// Takes out what waits, if it is `which` or there is no choice.
  detail::Waiting* take(const detail::Waiting* which = nullptr) {
    const std::lock_guard lock(mutex);
    if (which != nullptr && waiting != which) return nullptr;
    return std::exchange(waiting, nullptr);
  }
  void wake() {
    if (detail::Waiting* found = take()) runtime.wake(*found);
    release();
  }
};

Signal::Signal(BaseService& service) : state_(new State(service.runtime())) {}

Signal::~Signal() { state_->release(); }

/// Once it is set, who finds it so may end, and the Signal with it: from there on only the state is touched.
void Signal::set() {
  State* state = state_;
  state->keep();
  void* loop = nullptr;
  bool awaited = false;
  {
    const std::lock_guard lock(state->mutex);
    state->is_set = true;
    awaited = state->waiting != nullptr;
    loop = state->loop;
  }
  if (!awaited) return state->release();  // who comes later finds it set
  state->runtime.post_to(loop, [](void* data) { static_cast<State*>(data)->wake(); }, state);
}

Signal::Waiter::Waiter(State& state) : state_(state) { state_.keep(); }

Signal::Waiter::~Waiter() {
  (void)state_.take(&waiting_);
  if (waiting_.timer != 0) state_.runtime.forget(waiting_);
  state_.release();
}

bool Signal::Waiter::begin() {
  {
    const std::lock_guard lock(state_.mutex);
    if (state_.is_set) return false;
    state_.waiting = &waiting_;
    state_.loop = state_.runtime.loop_of(*waiting_.context);
  }
  state_.runtime.wait(waiting_, std::numeric_limits<std::int64_t>::max());
  return true;
}

}  // namespace p2p
