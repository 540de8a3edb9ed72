#include "net/signals.hpp"

#include <boost/asio/basic_signal_set.hpp>

#include "net/native.hpp"

namespace p2p {

namespace asio = boost::asio;

struct Signals::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& loop, std::move_only_function<void(int)> handler_in)
      : signals(loop.native().io.get_executor()), handler(std::move(handler_in)) {}

  void wait() {
    signals.async_wait([self = shared_from_this()](const boost::system::error_code& error, int number) {
      if (error || self->stopped) return;
      self->wait();
      self->handler(number);
    });
  }

  asio::basic_signal_set<LoopExecutor> signals;
  std::move_only_function<void(int)> handler;
  bool stopped = false;
};

Signals::Signals(Loop& loop, std::initializer_list<int> numbers, std::move_only_function<void(int)> handler)
    : impl_(std::make_shared<Impl>(loop, std::move(handler))) {
  for (const int number : numbers) impl_->signals.add(number);
  impl_->wait();
}

Signals::~Signals() {
  impl_->stopped = true;
  boost::system::error_code ignored;
  impl_->signals.cancel(ignored);
  impl_->signals.clear(ignored);
}

}  // namespace p2p
