#include "registry/errand.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "registry/call_runner.hpp"

namespace p2p {
namespace {

/// A call of the home loop's runner, as a service's method would await it.
struct Asking {
  CallRunner& runner;
  detail::PendingCall& call;
  CallRecord& outer;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) {
    return runner.start(call, &outer.context, waiter, outer.caller);
  }
  void await_resume() { CallRunner::finish(call); }
};

/// The next item of a stream, likewise.
struct Reading {
  CallRunner& runner;
  detail::PendingCall& call;
  CallRecord& outer;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> reader) {
    return runner.next_item(call, &outer.context, reader, outer.caller);
  }
  [[nodiscard]] bool await_resume() { return CallRunner::take_item(call); }
};

}  // namespace

class Errand::Demand {
 public:
  explicit Demand(Errand& errand) : errand_(errand) {}
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) noexcept { errand_.idle_ = self; }
  void await_resume() const noexcept {}

 private:
  Errand& errand_;
};

Errand::Errand(CallRunner& asker, CallRunner& home, CallRecord& record, std::int64_t deadline_ns)
    : asker_(asker),
      home_(home),
      service_(record.pending->service),
      method_(record.pending->method),
      deadline_ns_(deadline_ns),
      record_(&record),
      pending_(service_, method_, {}, std::move(record.pending->arguments), record.pending->options) {
  done = &Errand::ended;
  pending_.wants_items = record.pending->wants_items;
  pending_.options.as_service = false;  // whose name it is made in is settled already
  outer_.runner = &home;
  outer_.caller = record.identity();
  outer_.span = record.span;
  // The home loop counts one deeper again, gives it a deadline of its own, and may outlive whatever the
  // asker's views look at.
  outer_.context = record.context;
  if (outer_.context.depth > 0) --outer_.context.depth;
  outer_.context.deadline_ns = std::numeric_limits<std::int64_t>::max();
  outer_.context.caller.user = outer_.caller->subject;
  outer_.context.caller.node = home.node_id();
  if (!outer_.context.service.empty()) outer_.context.service = outer_.caller->subject;
  outer_.context.owner = &outer_;
}

Errand::~Errand() = default;

// ---------------------------------------------------------------- asker

void Errand::send() {
  home_.executor().post([self = shared_from_this()] { self->run(); });
}

void Errand::leave(Stop why) {
  record_ = nullptr;
  left_.store(true, std::memory_order_relaxed);
  home_.executor().post([self = shared_from_this(), why] { self->stop(why); });
}

bool Errand::take(Value& item, std::optional<Error>& error) {
  if (!items_.empty()) {
    item = std::move(items_.front());
    items_.pop_front();
    return true;
  }
  record_ = nullptr;
  if (error_) error = std::move(error_);
  return false;
}

void Errand::demand() {
  if (std::exchange(asked_, true)) return;
  home_.executor().post([self = shared_from_this()] { self->go_on(); });
}

void Errand::told(News news) {
  if (news.over) asker_.errand_is_back();
  if (record_ == nullptr) return;
  if (!pending_.wants_items)
    return asker_.answer_errand(*std::exchange(record_, nullptr),
                                news.items.empty() ? Value() : std::move(news.items.front()),
                                std::move(news.error));
  asked_ = false;
  std::ranges::move(news.items, std::back_inserter(items_));
  over_ = news.over;
  error_ = std::move(news.error);
  asker_.wake_reader(*record_);
}

// ---------------------------------------------------------------- home

void Errand::run() {
  keep_ = shared_from_this();
  const std::int64_t now = home_.executor().clock().coarse_now().time_since_epoch().count();
  if (left_.load(std::memory_order_relaxed) || deadline_ns_ <= now)
    return tell(
        {.items = {}, .over = true, .error = Error(Errc::timeout, "the deadline of the call has passed")});
  pending_.options.timeout_ns = deadline_ns_ - now;
  task_ = pending_.wants_items ? read() : ask();
  task_.handle().promise().context = &outer_.context;
  task_.handle().promise().completion = this;
  home_.watch(&outer_.context, path(), task_.handle());
}

Task<> Errand::ask() {
  co_await Asking{home_, pending_, outer_};
  batch_.push_back(std::move(pending_.result));
}

Task<> Errand::read() {
  while (co_await Reading{home_, pending_, outer_}) {
    bool more = true;
    do {
      batch_.push_back(std::move(pending_.result));
    } while (batch_.size() < most_items && CallRunner::has_item(pending_) &&
             (more = CallRunner::take_item(pending_)));
    if (!more) co_return;
    tell({.items = std::exchange(batch_, {}), .over = false, .error = {}});
    co_await Demand{*this};
  }
}

void Errand::go_on() {
  if (idle_) home_.watch(&outer_.context, path(), std::exchange(idle_, {}));
}

void Errand::stop(Stop why) {
  if (!task_) return;
  home_.stop(outer_.context, why);
  go_on();
}

void Errand::ended(detail::Completion* completion) noexcept {
  auto& self = *static_cast<Errand*>(completion);
  self.task_.reset();
  self.tell({.items = std::move(self.batch_), .over = true, .error = std::move(self.pending_.error)});
}

/// After the last word nothing of the errand is at home any more.
void Errand::tell(News news) {
  auto self = news.over ? std::move(keep_) : shared_from_this();
  Executor& asker = asker_.executor();
  asker.post([self = std::move(self), news = std::move(news)]() mutable { self->told(std::move(news)); });
}

}  // namespace p2p
