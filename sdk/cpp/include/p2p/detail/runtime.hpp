// Runtime: all that a service knows of the node. The node gives one to each object it loads; libp2psdk.so and
// the services call it and refer to no other symbol of the node. In the node, framework implements it; in
// p2p_service_host the host does.
//
// Its virtual functions are fixed per ABI number: new ones take reserved places, none moves.
//
// Threads: the loop that the call runs on; `post`, `post_to`, `log_enabled` and `log` may be called by any.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <p2p/context.hpp>
#include <p2p/error.hpp>
#include <p2p/task.hpp>
#include <p2p/value.hpp>

namespace p2p {

enum class LogSeverity : int { trace, debug, info, warn, error };

struct LogField {
  std::string_view name;
  Value value;
};

namespace detail {

/// A service or method name, kept inside: a `proxy["a"]` may outlive the text it was made from, and costs no
/// allocation. Names have at most 64 characters; a longer one is cut to 65, which matches nothing.
class Name {
 public:
  Name(std::string_view text) noexcept
      : size_(static_cast<unsigned char>(text.size() < 65 ? text.size() : 65)) {  // NOLINT
    copy(text_, text.data(), size_);
  }
  /// By the words it was written with: a wider read of what was just written waits for the store.
  Name(const Name& other) noexcept : size_(other.size_) { copy(text_, other.text_, size_); }
  Name& operator=(const Name& other) noexcept {
    if (this != &other) copy(text_, other.text_, size_ = other.size_);
    return *this;
  }
  [[nodiscard]] std::string_view view() const noexcept { return {text_, size_}; }

 private:
  /// As memcpy, by words that may overlap: a call of memcpy costs more than all of this.
  static void copy(char* to, const char* from, unsigned size) noexcept {
    if (size >= 8) {
      for (unsigned i = 0; i + 8 < size; i += 8) __builtin_memcpy(to + i, from + i, 8);
      __builtin_memcpy(to + size - 8, from + size - 8, 8);
    } else if (size >= 4) {
      __builtin_memcpy(to, from, 4);
      __builtin_memcpy(to + size - 4, from + size - 4, 4);
    } else if (size > 0) {
      to[0] = from[0];
      to[size / 2] = from[size / 2];
      to[size - 1] = from[size - 1];
    }
  }

  unsigned char size_;
  char text_[65];  // NOLINT(cppcoreguidelines-pro-type-member-init): only size_ characters are read
};

/// A coroutine that waits for something outside it. It lives in the coroutine's frame.
class Waiting {
 public:
  std::coroutine_handle<> waiter;
  Context* context = nullptr;
  Stop stopped = Stop::no;  ///< why it was woken early
  bool is_call = false;     ///< a PendingCall: stopping it stops the callee
  // The node's:
  std::uint64_t timer = 0;                ///< what will resume the waiter; 0: it does not wait
  void* owner = nullptr;                  ///< who woke or will wake it
  void (*interrupt)(Waiting&) = nullptr;  ///< resumes it soon, `stopped` being set
};

struct CallOptions {
  std::int64_t timeout_ns = 0;  ///< 0: what the method and the caller leave
  bool idempotent = false;
  bool as_service = false;
};

/// What the node found under a name, kept by who will call it again: good as long as the registry has the
/// same version. It holds no pin and is never followed before the version was compared. Written and read by
/// the node alone, on any loop: `sequence` is odd while somebody writes.
struct Resolved {
  Resolved() = default;
  Resolved(const Resolved&) noexcept {}  // a copy looks for itself
  Resolved& operator=(const Resolved&) noexcept { return *this; }

  std::uint32_t sequence = 0;
  std::uint64_t version = 0;
  const void* entry = nullptr;
};

/// What a caller that knows the types would hand over as it is, if the callee's are the same.
struct TypedShape {
  std::uint64_t fingerprint = 0;  ///< of the types and parameter names (fingerprint.hpp)
  void (*to_value)(void* arguments, Value& out) = nullptr;  ///< moves the tuple into an object; throws Error
};

/// A call on its way, in the frame of who awaits it. The texts belong to that one.
class PendingCall : public Waiting {
 public:
  PendingCall(std::string_view service_name, std::string_view method_name, std::string_view target,
              Value&& args, CallOptions given)
      : service(service_name),
        method(method_name),
        selector(target),
        arguments(std::move(args)),
        options(given) {
    is_call = true;
  }
  std::string_view service, method;
  std::string_view selector;  ///< where it shall run; empty: here if possible
  Resolved* resolved = nullptr;
  Value arguments;
  CallOptions options;
  bool wants_items = false;  ///< of a stream, one by one
  bool as_values = true;     ///< the node's word: `result` has the result, not `taken`
  const TypedShape* typed = nullptr;
  void* given = nullptr;  ///< the arguments with their types, a std::tuple
  void* taken = nullptr;  ///< the place for the result or the item, a std::optional
  Value result;
  std::optional<Error> error;
  void* record = nullptr;  ///< the node's
};

/// Throws the call's error.
[[noreturn]] P2P_API void throw_error(PendingCall& call);

/// A number that a service counts with; `add` may be called from any thread.
struct Cell {
  std::int64_t value = 0;
};

class Runtime {
 public:
  // Calls. `start_call` returns what runs next: the callee, or the caller again when the call has ended
  // already. `finish_call` runs when the caller does: it fills `result` or `error`.
  virtual std::coroutine_handle<> start_call(PendingCall& call, Context* parent,
                                             std::coroutine_handle<> caller) = 0;
  virtual void finish_call(PendingCall& call) = 0;
  virtual void drop_call(PendingCall& call) noexcept = 0;
  // Of a stream, item by item: `next_item` returns what runs next and starts the call the first time.
  // `take_item` runs when the reader does: true with an item in `result` or `taken`, false at the end or with
  // an `error`.
  virtual std::coroutine_handle<> next_item(PendingCall& call, Context* parent,
                                            std::coroutine_handle<> reader) = 0;
  [[nodiscard]] virtual bool take_item(PendingCall& call) = 0;

  // Waiting. The waiter is resumed in `after_ns` (the greatest number: never), by `wake`, or when its context
  // is stopped; then `stopped` says why. `forget` must be called if the frame goes before.
  virtual void wait(Waiting& waiting, std::int64_t after_ns) = 0;
  virtual void wake(Waiting& waiting) = 0;
  virtual void forget(Waiting& waiting) noexcept = 0;

  /// `work` on a thread of the pool, then `done` on the loop. False when too much is waiting already.
  [[nodiscard]] virtual bool run_blocking(void (*work)(void*), void (*done)(void*), void* data) = 0;
  /// `job` on the service's home loop.
  virtual void post(void (*job)(void*), void* data) = 0;
  /// Runs `task` under the service's own identity until it ends or the service stops.
  virtual void spawn(std::string_view name, Task<> task) = 0;

  [[nodiscard]] virtual bool log_enabled(LogSeverity level) const noexcept = 0;
  virtual void log(LogSeverity level, std::string_view text, const LogField* fields, std::size_t count) = 0;

  /// The service's counter or gauge of this name; the same one each time.
  [[nodiscard]] virtual Cell& cell(std::string_view name, bool gauge) = 0;

  [[nodiscard]] virtual std::string_view node_id() const noexcept = 0;
  [[nodiscard]] virtual std::string_view node_version() const noexcept = 0;
  [[nodiscard]] virtual std::string data_dir() = 0;
  [[nodiscard]] virtual std::string_view status() const noexcept = 0;
  [[nodiscard]] virtual std::uint64_t generation() const noexcept = 0;
  [[nodiscard]] virtual double uptime_seconds() const noexcept = 0;
  [[nodiscard]] virtual std::string wall_time() const = 0;  ///< RFC 3339

  virtual void reserved_1() {}
  virtual void reserved_2() {}
  virtual void reserved_3() {}
  virtual void reserved_4() {}

  /// The loop that the call with this context runs on, for `post_to`. A method that is threadsafe runs on the
  /// loop where its call arrived.
  [[nodiscard]] virtual void* loop_of(const Context& context) noexcept {
    (void)context;
    return nullptr;
  }
  virtual void post_to(void* loop, void (*job)(void*), void* data) {
    (void)loop;
    post(job, data);
  }

 protected:
  ~Runtime() = default;
};

}  // namespace detail
}  // namespace p2p
