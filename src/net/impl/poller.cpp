#include "net/impl/poller.hpp"

#include <cerrno>
#include <system_error>

namespace p2p {
namespace {

int make_epoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return fd;
}

epoll_event event_for(std::uint32_t events, Pollee& pollee) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &pollee;
  return event;
}

}  // namespace

Poller::Poller(Loop& loop) : epoll_(make_epoll()), watch_(loop, epoll_.get(), [this] { dispatch(); }) {}

bool Poller::add(int fd, std::uint32_t events, Pollee& pollee) {
  auto event = event_for(events, pollee);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Poller::change(int fd, std::uint32_t events, Pollee& pollee) {
  auto event = event_for(events, pollee);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(int fd, Pollee& pollee) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  for (int i = next_; i < count_; ++i) {
    auto& event = ready_[static_cast<std::size_t>(i)];  // packed: no reference to its members
    if (event.data.ptr == &pollee) event.data.ptr = nullptr;
  }
}

/// While clients keep coming, batch follows batch, which spares the way through the loop; then the loop has
/// its turn, and what is still ready is reported again.
void Poller::dispatch() {
  for (int handled = 0; handled < static_cast<int>(ready_.size()); handled += count_) {
    count_ = ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), 0);
    for (next_ = 0; next_ < count_;) {
      const auto event = ready_[static_cast<std::size_t>(next_++)];
      if (event.data.ptr != nullptr) static_cast<Pollee*>(event.data.ptr)->on_ready(event.events);
    }
    if (count_ <= 1) break;  // a lone client is answered; asking again would be in vain
  }
  count_ = 0;
}

}  // namespace p2p
