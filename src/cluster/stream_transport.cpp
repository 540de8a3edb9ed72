#include "cluster/stream_transport.hpp"

#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "gossip/stream_framer.hpp"
#include "net/native.hpp"

namespace p2p {
namespace {

namespace asio = boost::asio;
using Socket = asio::basic_stream_socket<asio::ip::tcp, LoopExecutor>;

constexpr std::chrono::seconds longest{10};  // for all of an incoming stream

asio::ip::tcp::endpoint to_asio(const Endpoint& at) {
  if (at.v6) return {asio::ip::address_v6(at.address), at.port};
  return {asio::ip::address_v4({at.address[0], at.address[1], at.address[2], at.address[3]}), at.port};
}

Error unreachable(const Endpoint& to, const boost::system::error_code& why) {
  return {Errc::node_unreachable, to.text() + ": " + why.message()};
}

}  // namespace

/// One connection. What waits on its socket holds it, so closing it is all that ends it.
class StreamTransport::Stream final : public std::enable_shared_from_this<Stream> {
 public:
  Stream(StreamTransport& owner, gossip::StreamId id, const Endpoint& peer)
      : owner_(&owner), id_(id), peer_(peer), socket_(owner.loop_.native().io.get_executor()) {}

  void limit(Instant deadline) {
    timer_ = owner_->loop_.post_at(deadline, [this, self = shared_from_this()] {
      timer_ = 0;
      fail({Errc::timeout, peer_.text() + " did not answer in time"});
    });
  }

  void connect(std::string frame) {
    output_ = std::move(frame);
    socket_.async_connect(to_asio(peer_),
                          [self = shared_from_this()](const boost::system::error_code& error) {
                            if (self->owner_ == nullptr) return;
                            if (error) return self->fail(unreachable(self->peer_, error));
                            self->write(false);
                          });
  }

  void adopt(UniqueFd socket, std::string read) {
    boost::system::error_code error;
    const auto protocol = peer_.v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
    socket_.assign(protocol, socket.get(), error);
    if (error) return end();
    (void)socket.release();
    input_ = std::move(read);
    look();
  }

  void reply(std::string frame) {
    output_ = std::move(frame);
    write(true);
  }

  /// Nobody is told of anything any more.
  void end() {
    if (owner_ == nullptr) return;
    StreamTransport& owner = *std::exchange(owner_, nullptr);
    if (timer_ != 0) owner.loop_.cancel(std::exchange(timer_, 0));
    boost::system::error_code ignored;
    if (socket_.is_open()) socket_.close(ignored);
    owner.ended(id_);
  }

 private:
  [[nodiscard]] bool incoming() const noexcept { return (id_ & gossip::incoming_stream) != 0; }

  void write(bool last) {
    asio::async_write(socket_, asio::buffer(output_),
                      [last, self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                        if (self->owner_ == nullptr) return;
                        if (error) return self->fail(unreachable(self->peer_, error));
                        self->output_ = {};
                        if (last) return self->end();
                        self->read();
                      });
  }

  void read() {
    socket_.async_read_some(
        asio::buffer(piece_),
        [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
          if (self->owner_ == nullptr) return;
          if (error) return self->fail(unreachable(self->peer_, error));
          self->input_.append(self->piece_.data(), size);
          self->look();
        });
  }

  void look() {
    const Result<std::size_t> needed = framer_.needed(input_);
    if (!needed) return fail(Error(needed.error()));
    if (*needed > input_.size()) return read();
    input_.resize(*needed);
    StreamListener& listener = owner_->listener_;
    std::string frame = std::move(input_);
    if (!incoming()) {
      const auto self = shared_from_this();
      end();
      listener.on_frame(id_, std::move(frame));
    } else {
      listener.on_frame(id_, std::move(frame));
    }
  }

  void fail(const Error& why) {
    if (owner_ == nullptr) return;
    const auto self = shared_from_this();
    StreamListener& listener = owner_->listener_;
    end();
    if (!incoming()) listener.on_stream_failed(id_, why);
  }

  StreamTransport* owner_;  // null once ended
  const gossip::StreamId id_;
  const Endpoint peer_;
  Socket socket_;
  gossip::StreamFramer framer_;
  std::string input_, output_;
  std::array<char, 16 * 1024> piece_;  // NOLINT: filled before it is read
  Executor::TimerId timer_ = 0;
};

StreamTransport::StreamTransport(Loop& loop, StreamListener& listener) : loop_(loop), listener_(listener) {}

StreamTransport::~StreamTransport() {
  while (!streams_.empty()) {
    const auto stream = streams_.begin()->second;
    stream->end();
  }
}

void StreamTransport::open(gossip::StreamId id, const Endpoint& to, std::string frame, Instant deadline) {
  const auto stream = std::make_shared<Stream>(*this, id, to);
  streams_[id] = stream;
  stream->limit(deadline);
  stream->connect(std::move(frame));
}

void StreamTransport::take(UniqueFd socket, const Endpoint& from, std::string read) {
  if (incoming_ >= most_incoming) {
    ++turned_away_;
    return;
  }
  const gossip::StreamId id = ++last_incoming_;
  const auto stream = std::make_shared<Stream>(*this, id, from);
  streams_[id] = stream;
  ++incoming_;
  stream->limit(loop_.clock().now() + longest);
  stream->adopt(std::move(socket), std::move(read));
}

void StreamTransport::reply(gossip::StreamId id, std::string frame) {
  if (const auto found = streams_.find(id); found != streams_.end()) found->second->reply(std::move(frame));
}

void StreamTransport::close(gossip::StreamId id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const auto stream = found->second;
  stream->end();
}

void StreamTransport::ended(gossip::StreamId id) {
  if (streams_.erase(id) > 0 && (id & gossip::incoming_stream) != 0) --incoming_;
}

}  // namespace p2p
