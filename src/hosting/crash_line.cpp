#include "hosting/crash_line.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <ctime>

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

namespace p2p {
namespace {

struct Range {
  std::atomic<bool> taken{false};
  std::atomic<std::uintptr_t> begin{0}, end{0};  // `end` is written last and taken back first
  std::array<char, 72> service{};
};
std::array<Range, CodeRange::most> ranges;  // NOLINT: a signal handler is handed nothing

struct LogPlace {
  std::array<char, 4096> file{};
  bool json = false;
};
std::array<LogPlace, 2> log_places;                         // NOLINT: see above; one is written, one is read
std::atomic<const LogPlace*> log_place{log_places.data()};  // NOLINT: see above

struct Search {
  std::uintptr_t base, begin, end;
};

/// The executable part of the library that is loaded at `base`.
int look_at(dl_phdr_info* info, std::size_t, void* data) {
  auto& search = *static_cast<Search*>(data);
  if (info->dlpi_addr != search.base) return 0;
  for (std::size_t i = 0; i < info->dlpi_phnum; ++i) {
    const auto& part = info->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
    search.begin = info->dlpi_addr + part.p_vaddr;
    search.end = search.begin + part.p_memsz;
  }
  return 1;
}

Search code_of(void* library) {
  Search search{0, 0, 0};
  link_map* map = nullptr;
  if (::dlinfo(library, RTLD_DI_LINKMAP, static_cast<void*>(&map)) != 0 || map == nullptr) return search;
  search.base = map->l_addr;
  ::dl_iterate_phdr(&look_at, &search);
  return search;
}

// ---------------------------------------------------------------- in the handler: nothing but system calls

constexpr std::size_t stack_looked_at = 32 * 1024;
std::array<std::uintptr_t, stack_looked_at / sizeof(std::uintptr_t)> stack_copy;  // NOLINT: see above
std::array<char, 64 * 1024> handler_stack;  // NOLINT: a stack that is full leaves no room for the handler

const char* name_of(int number) {
  switch (number) {
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGILL: return "SIGILL";
    case SIGFPE: return "SIGFPE";
    default: return "SIGABRT";
  }
}

struct Place {
  std::uintptr_t code = 0, stack = 0;
};

Place place_of(const void* context) {
  Place place;
#if defined(__x86_64__)
  const auto& registers = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs;
  place.code = static_cast<std::uintptr_t>(registers[REG_RIP]);
  place.stack = static_cast<std::uintptr_t>(registers[REG_RSP]);
#elif defined(__aarch64__)
  place.code = static_cast<const ucontext_t*>(context)->uc_mcontext.pc;
  place.stack = static_cast<const ucontext_t*>(context)->uc_mcontext.sp;
#endif
  return place;
}

std::string_view service_of(std::uintptr_t address) noexcept {
  for (const Range& range : ranges)
    if (address < range.end.load(std::memory_order_acquire) &&
        address >= range.begin.load(std::memory_order_relaxed))
      return range.service.data();
  return {};
}

/// The kernel copies it, so that the end of the stack is no second fault.
std::string_view service_on_stack(std::uintptr_t stack) noexcept {
  iovec to{stack_copy.data(), stack_looked_at};
  iovec from{reinterpret_cast<void*>(stack), stack_looked_at};  // NOLINT: an address is what we have
  ssize_t got = ::process_vm_readv(::getpid(), &to, 1, &from, 1, 0);
  for (std::size_t size = stack_looked_at / 2; got < 0 && size >= 256; size /= 2) {  // its end is nearer
    to.iov_len = from.iov_len = size;
    got = ::process_vm_readv(::getpid(), &to, 1, &from, 1, 0);
  }
  const std::size_t words = got < 0 ? 0 : static_cast<std::size_t>(got) / sizeof(std::uintptr_t);
  for (std::size_t i = 0; i < words; ++i)
    if (const std::string_view service = service_of(stack_copy[i]); !service.empty()) return service;
  return {};
}

class Line {
 public:
  Line& add(std::string_view part) noexcept {
    const std::size_t fits = std::min(part.size(), text_.size() - size_);
    std::memcpy(text_.data() + size_, part.data(), fits);
    size_ += fits;
    return *this;
  }
  Line& add(unsigned number, std::size_t digits) noexcept {
    std::array<char, 10> text{};
    for (std::size_t i = digits; i-- > 0; number /= 10) text[i] = static_cast<char>('0' + number % 10);
    return add({text.data(), digits});
  }
  /// "2026-11-22T05:52:35.120Z"
  Line& add_time() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const auto days = std::chrono::days(now.tv_sec / 86'400);
    const std::chrono::year_month_day date{std::chrono::sys_days(days)};
    const auto second = static_cast<unsigned>(now.tv_sec % 86'400);
    add(static_cast<unsigned>(static_cast<int>(date.year())), 4).add("-");
    add(static_cast<unsigned>(date.month()), 2).add("-").add(static_cast<unsigned>(date.day()), 2).add("T");
    add(second / 3600, 2).add(":").add(second / 60 % 60, 2).add(":").add(second % 60, 2).add(".");
    return add(static_cast<unsigned>(now.tv_nsec / 1'000'000), 3).add("Z");
  }
  void write_to(int fd) const noexcept {
    [[maybe_unused]] const ssize_t written = ::write(fd, text_.data(), size_);
  }

 private:
  std::array<char, 512> text_{};
  std::size_t size_ = 0;
};

/// `what` and a service have no letter that JSON would escape.
void say(std::string_view number, std::string_view what, std::string_view service) noexcept {
  Line line;
  const LogPlace& log = *log_place.load(std::memory_order_acquire);
  if (log.json)
    line.add(R"({"timestamp":")").add_time().add(R"(","level":"ERROR","logger":"Main","message":")");
  else
    line.add("p2p_admin: ");
  line.add(number).add(what).add(service).add(log.json ? "\"}\n" : "\n");
  line.write_to(STDERR_FILENO);
  if (log.file[0] == '\0') return;
  if (const int fd = ::open(log.file.data(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
      fd >= 0)
    line.write_to(fd);
}

void on_crash(int number, siginfo_t*, void* context) {
  const Place place = place_of(context);
  if (const std::string_view service = service_of(place.code); !service.empty())
    say(name_of(number), " in the code of service ", service);
  else if (const std::string_view caller = service_on_stack(place.stack); !caller.empty())
    say(name_of(number), ", called by the code of service ", caller);
  else
    say(name_of(number), ", no code of a service in the services folder near it", {});
  ::raise(number);  // once this returns; the default again, since SA_RESETHAND
}

}  // namespace

CodeRange::CodeRange(void* library, std::string_view service) {
  const Search code = code_of(library);
  if (code.end == 0) return;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    Range& range = ranges[i];
    if (range.taken.exchange(true)) continue;
    slot_ = i;
    range.service = {};
    std::memcpy(range.service.data(), service.data(), std::min(service.size(), range.service.size() - 1));
    range.begin.store(code.begin, std::memory_order_relaxed);
    range.end.store(code.end, std::memory_order_release);
    return;
  }
}

CodeRange::~CodeRange() {
  if (slot_ == most) return;
  ranges[slot_].end.store(0, std::memory_order_release);
  ranges[slot_].taken.store(false);
}

void write_crashes_to(const std::string& file, bool json) {
  LogPlace& other = log_places[log_place.load(std::memory_order_relaxed) == log_places.data() ? 1 : 0];
  other = {};
  other.json = json;
  if (file.size() < other.file.size()) std::memcpy(other.file.data(), file.data(), file.size());
  log_place.store(&other, std::memory_order_release);
}

void name_services_in_crashes() {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return;
#endif
#endif
  stack_t stack{};
  stack.ss_sp = handler_stack.data();
  stack.ss_size = handler_stack.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action{};
  action.sa_sigaction = &on_crash;
  action.sa_flags = static_cast<int>(SA_SIGINFO | SA_RESETHAND | SA_ONSTACK);
  for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) ::sigaction(number, &action, nullptr);
}

}  // namespace p2p
