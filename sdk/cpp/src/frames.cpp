// Frames of coroutines, kept in free lists of the thread: a call makes two of them and ends microseconds
// later.
#include <cstddef>
#include <new>
#include <utility>

#include <p2p/task.hpp>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define P2P_PLAIN_FRAMES 1  // a kept frame would hide its use after the end, or its passing between threads
#endif
#endif

namespace p2p::detail {
#ifdef P2P_PLAIN_FRAMES

void* take_frame(std::size_t size) { return ::operator new(size); }
void give_frame(void* frame, std::size_t size) noexcept { ::operator delete(frame, size); }

#else
namespace {

constexpr std::size_t step = 64;     // frames are rounded up to it
constexpr std::size_t classes = 33;  // up to 2 KiB; larger ones come from the heap
constexpr std::size_t kept = 256;    // a class; a burst of calls gives the rest back

struct Node {
  Node* next;
};

// Plain words, so that they are found without asking whether they were made already.
struct FreeLists {
  Node* head[classes];
  std::size_t count[classes];
};
constinit thread_local FreeLists lists{};

/// Gives everything back when the thread ends; what comes after that is not kept.
struct Cleaner {
  ~Cleaner() {
    for (std::size_t i = 0; i < classes; ++i) {
      for (Node* node = lists.head[i]; node != nullptr;) ::operator delete(std::exchange(node, node->next));
      lists.head[i] = nullptr;
      lists.count[i] = kept;
    }
  }
};

[[gnu::noinline]] void* new_frame(std::size_t size) {
  thread_local const Cleaner cleaner;
  return ::operator new(size);
}

}  // namespace

void* take_frame(std::size_t size) {
  const std::size_t index = (size + step - 1) / step;
  if (index >= classes) [[unlikely]]
    return ::operator new(size);
  Node* node = lists.head[index];
  if (node == nullptr) [[unlikely]]
    return new_frame(index * step);
  lists.head[index] = node->next;
  --lists.count[index];
  return node;
}

void give_frame(void* frame, std::size_t size) noexcept {
  const std::size_t index = (size + step - 1) / step;
  if (index >= classes || lists.count[index] >= kept) [[unlikely]]
    return ::operator delete(frame);
  lists.head[index] = new (frame) Node{lists.head[index]};
  ++lists.count[index];
}

#endif
}  // namespace p2p::detail
