#include "net/fd_watch.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "net/native.hpp"

namespace p2p {

namespace asio = boost::asio;

struct FdWatch::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& loop, int fd, Job job) : descriptor(loop.native().io, fd), on_readable(std::move(job)) {}

  void wait() {
    auto done = [self = shared_from_this()](const boost::system::error_code& error) {
      if (error || self->stopped) return;
      self->on_readable();
      if (!self->stopped) self->wait();
    };
    descriptor.async_wait(asio::posix::descriptor_base::wait_read, std::move(done));
  }

  asio::posix::basic_stream_descriptor<LoopExecutor> descriptor;
  Job on_readable;
  bool stopped = false;
};

FdWatch::FdWatch(Loop& loop, int fd, Job on_readable)
    : impl_(std::make_shared<Impl>(loop, fd, std::move(on_readable))) {
  impl_->wait();
}

FdWatch::~FdWatch() {
  impl_->stopped = true;
  impl_->descriptor.release();  // leaves the descriptor open; a wait ends with an error
}

}  // namespace p2p
