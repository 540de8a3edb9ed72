// Context: what a running call knows of itself: who asked, until when, under which trace.
//
// `const Context& ctx = co_await this_call();` A Task takes its awaiter's context, so nested calls inherit
// deadline, trace and identity without a parameter and without thread_local.
//
// Lifetime: as long as the call runs. Threads: the home loop of the service; `cancelled()` from any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <p2p/duration.hpp>
#include <p2p/value.hpp>

namespace p2p {

/// viewer < operator < admin. `node` is for machines and none is nobody: both are outside that order.
enum class Role : std::uint8_t { none, viewer, operator_, admin, node };

[[nodiscard]] P2P_API std::string_view role_name(Role role) noexcept;  ///< "viewer", "operator", ...
[[nodiscard]] P2P_API Role role_of(std::string_view name) noexcept;    ///< `none` for an unknown word
/// Whether a caller with `role` may do what asks for `least`. False for `none` and `node`.
[[nodiscard]] constexpr bool covers(Role role, Role least) noexcept {
  return role >= Role::viewer && role <= Role::admin && role >= least;
}

/// Why a call ended before its method did.
enum class Stop : std::uint8_t { no, cancelled, timeout };

namespace detail {
class Waiting;

/// Who wants to know how far a call is.
class ProgressListener {
 public:
  virtual void progressed(double value, std::string_view text) = 0;

 protected:
  ~ProgressListener() = default;
};
}  // namespace detail

class Context {
 public:
  struct Identity {
    std::string_view user;  ///< who asked first: a token's subject, or "service:<name>@<node>"
    Role role = Role::none;
    std::string_view node;  ///< the node the request entered the cluster by
  };
  Identity caller;

  /// Steady time in nanoseconds by which the answer must be there, 0 when there is no such time. `remaining`
  /// says how long that is: never negative, the greatest Duration without a deadline.
  std::int64_t deadline_ns = 0;
  [[nodiscard]] P2P_API Duration remaining() const noexcept;

  /// The service in whose name the call is made when no user is behind it, else empty.
  [[nodiscard]] std::string_view on_behalf_of_service() const noexcept { return service; }

  /// True once nobody waits for the answer any more: the caller left or the deadline passed.
  [[nodiscard]] bool cancelled() const noexcept {
    return __atomic_load_n(&stop, __ATOMIC_RELAXED) != static_cast<std::uint8_t>(Stop::no);
  }

  /// 32 hexadecimal digits, the same as in the log and in the answer's X-Trace-Id.
  [[nodiscard]] P2P_API std::string trace_id() const;

  // What the SDK and the node keep here; not for services.
  std::string_view service;
  std::uint64_t trace[2] = {0, 0};
  detail::Waiting* waiting = nullptr;  ///< what the call waits for now, to be woken when it is cancelled
  void* owner = nullptr;               ///< the node's record of the call
  detail::ProgressListener* listener = nullptr;  ///< null: nobody asks how far it is
  std::uint8_t stop = 0;                         ///< a Stop; written on the loop, read from anywhere
  std::uint8_t depth = 0;                        ///< calls inside calls, counted across nodes
};

}  // namespace p2p
