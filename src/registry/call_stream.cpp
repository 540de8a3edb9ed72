#include "registry/call_stream.hpp"

#include "registry/call_runner.hpp"

namespace p2p {
namespace {

/// At least so many bytes it is as JSON, the comma behind it included.
std::size_t text_size(const Value& value) {
  std::size_t size = 2;
  switch (value.kind()) {
    case Value::Kind::null:
    case Value::Kind::boolean:
    case Value::Kind::integer:
    case Value::Kind::real: break;
    case Value::Kind::string: size += 1 + value.as_string().size(); break;
    case Value::Kind::array:
      for (const Value& item : value.as_array()) size += text_size(item);
      break;
    case Value::Kind::object:
      for (const Member& member : value.as_object())
        size += 3 + member.first.size() + text_size(member.second);
      break;
  }
  return size;
}

}  // namespace

CallStream::CallStream(CallRunner& runner, CallRecord& record, bool collects)
    : runner_(runner),
      record_(record),
      collects_(collects),
      slice_end_(runner.executor().clock().coarse_now() + slice) {
  if (collects_) items_ = Value::array();
}

CallStream::~CallStream() {
  if (method_timer_ != 0) runner_.executor().cancel(method_timer_);
  if (reader_timer_ != 0) runner_.executor().cancel(reader_timer_);
}

detail::StreamPromiseBase& CallStream::promise() const noexcept {
  return static_cast<detail::StreamPromiseBase&>(*record_.frame.promise);
}

bool CallStream::has_item() const noexcept { return promise().size > 0; }

// ---------------------------------------------------------------- the method's side

bool CallStream::yielded(detail::Waiting& yield) {
  if (collects_)
    collect();
  else
    tell_reader();
  if (promise().size >= most_ahead) return wait(yield);
  if (runner_.executor().clock().coarse_now() < slice_end_ || failure_) return false;
  (void)wait(yield);
  resume_method_soon();
  return true;
}

bool CallStream::wait(detail::Waiting& yield) {
  yield_ = &yield;
  yield.timer = 1;  // any: it waits
  yield.owner = this;
  yield.interrupt = [](detail::Waiting& stopped) {
    static_cast<CallStream*>(stopped.owner)->resume_method_soon();
  };
  yield.context->waiting = &yield;
  return true;
}

void CallStream::resume_method_soon() {
  if (method_timer_ != 0) return;
  Executor& executor = runner_.executor();
  method_timer_ = executor.post_at(executor.clock().now(), [this] {
    method_timer_ = 0;
    resume_method();
  });
}

void CallStream::resume_method() {
  detail::Waiting& yield = *yield_;
  slice_end_ = runner_.executor().clock().coarse_now() + slice;
  forget(yield);
  runner_.watch(yield.context, yield.waiter);
}

void CallStream::forget(detail::Waiting& yield) noexcept {
  if (method_timer_ != 0) runner_.executor().cancel(std::exchange(method_timer_, 0));
  yield_ = nullptr;
  yield.timer = 0;
  yield.context->waiting = nullptr;
}

bool CallStream::method_ended() {
  ended_ = true;
  if (collects_) return false;
  tell_reader();
  return true;
}

// ---------------------------------------------------------------- the reader's side

void CallStream::taken() {
  if (yield_ != nullptr && promise().size <= go_on) resume_method_soon();
}

/// From the top of the loop: by then there may be more items, and the reader may be anybody's code.
void CallStream::tell_reader() {
  if (!reader_waits_ || reader_timer_ != 0) return;
  Executor& executor = runner_.executor();
  reader_timer_ = executor.post_at(executor.clock().now(), [this] {
    reader_timer_ = 0;
    wake_reader();
  });
}

void CallStream::wake_reader() {
  reader_waits_ = false;
  if (record_.receiver != nullptr) return record_.receiver->items_ready();
  detail::PendingCall& call = *record_.pending;
  const std::coroutine_handle<> reader = std::exchange(call.waiter, {});
  if (call.context != nullptr)
    runner_.watch(call.context, reader);
  else
    reader.resume();
}

void CallStream::abandon() {
  reader_waits_ = false;
  collects_ = false;
  if (reader_timer_ != 0) runner_.executor().cancel(std::exchange(reader_timer_, 0));
}

// ---------------------------------------------------------------- nobody reads it item by item

void CallStream::collect() {
  while (promise().size > 0 && !failure_) {
    Value item;
    record_.method->code.take(promise(), item, failure_);
    size_ += text_size(item);
    if (size_ > most_collected)
      failure_.emplace(Errc::too_large,
                       "the items of this stream are over 16 MiB together; read them one by one "
                       "(Accept: application/x-ndjson)");
    if (!failure_) items_.push_back(std::move(item));
  }
  if (failure_) runner_.stop(record_.context, Stop::cancelled);
}

void CallStream::finish(Value& result, std::optional<Error>& failure) {
  record_.method->code.finish(promise(), nullptr, failure);
  if (failure_) failure = std::move(failure_);
  if (collects_ && !failure) result = std::move(items_);
}

}  // namespace p2p
