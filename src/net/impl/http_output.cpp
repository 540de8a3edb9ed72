// HttpConnection: what is sent, and the end.
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "net/impl/http_connection.hpp"
#include "net/impl/http_exchange.hpp"

namespace p2p {
namespace {

constexpr std::size_t keep_capacity = 64 * 1024;  // of the output; what grew over it is given back

}  // namespace

/// Sends at once, without a trip through the loop: the socket of a client that reads has room.
void HttpConnection::flush() {
  if (!socket_ || writing_) return;
  while (output_size() > 0) {
    const auto count =
        ::send(socket_.get(), output_.data() + sent_, output_size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      sent_ += static_cast<std::size_t>(count);
      core_->counters.bytes_out += static_cast<std::uint64_t>(count);
    } else if (errno == EAGAIN) {
      return wait_for_room();
    } else if (errno != EINTR) {
      return close();
    }
  }
  output_.clear();
  sent_ = 0;
  if (output_.capacity() > keep_capacity) output_ = {};
  output_is_out();
}

void HttpConnection::wait_for_room() {
  writing_ = true;
  last_write_ = core_->loop.clock().coarse_now();
  if (sent_ > keep_capacity) {
    output_.erase(0, sent_);
    sent_ = 0;
  }
}

void HttpConnection::output_is_out() {
  if (reset_at_end_) {
    const ::linger at_once{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return close();
  }
  if (input_ended_) return close();
  if (last_answer_) linger();
}

/// Closing with unread input would reset the connection and take the answer with it: so the client is told
/// there is no more, and may take a second to leave.
void HttpConnection::linger() {
  if (lingering_) return;
  lingering_ = true;
  since_ = core_->loop.clock().coarse_now();
  ::shutdown(socket_.get(), SHUT_WR);
}

void HttpConnection::close() {
  if (!socket_) return;
  core_->poller.remove(socket_.get(), *this);
  socket_.reset();
  last_request_ = true;
  output_.clear();
  sent_ = 0;
  const auto self = core_->remove(*this, client_);
  drop_exchanges();
  core_->note_held(std::exchange(counted_, 0), 0);
}

}  // namespace p2p
