#include "net/http_client.hpp"

#include <memory>

#include <fmt/format.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/byte_buffer.hpp"
#include "net/native.hpp"

namespace p2p {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Code = boost::system::error_code;

constexpr std::size_t max_head = 16 * 1024;
constexpr std::size_t max_body = 1024 * 1024;

asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint) {
  if (endpoint.v6) return {asio::ip::address_v6(endpoint.address), endpoint.port};
  const auto& a = endpoint.address;
  return {asio::ip::address_v4({a[0], a[1], a[2], a[3]}), endpoint.port};
}

/// One question. Held by the operation under way and by its timer.
class Get : public std::enable_shared_from_this<Get> {
 public:
  Get(Loop& loop, const Endpoint& server, const std::string& target, HttpClientDone done)
      : loop_(loop), server_(server), socket_(loop.native().io), done_(std::move(done)) {
    request_ = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", target, server.text());
    parser_.header_limit(max_head);
    parser_.body_limit(max_body);
    parser_.eager(true);
  }

  void start(std::chrono::milliseconds timeout) {
    timer_ = loop_.post_at(loop_.clock().now() + timeout, [self = shared_from_this(), timeout] {
      self->finish(fail(Errc::timeout, fmt::format("{} did not answer within {} ms", self->server_.text(),
                                                   timeout.count())));
    });
    socket_.async_connect(to_asio(server_), [self = shared_from_this()](const Code& error) {
      if (error) return self->lost(error);
      self->send();
    });
  }

  void finish(Result<HttpClientAnswer> answer) {
    if (!done_) return;
    loop_.cancel(timer_);
    Code ignored;
    socket_.close(ignored);
    const auto self = shared_from_this();
    std::exchange(done_, {})(std::move(answer));
  }

 private:
  void lost(const Code& error) {
    auto cause = error.message();
    if (!cause.empty() && cause[0] >= 'A' && cause[0] <= 'Z')
      cause[0] = static_cast<char>(cause[0] + ('a' - 'A'));
    finish(fail(Error(Errc::node_unreachable, fmt::format("cannot reach {}: {}", server_.text(), cause))
                    .with("reason", Value(cause))));
  }

  void send() {
    asio::async_write(socket_, asio::buffer(request_),
                      [self = shared_from_this()](const Code& error, std::size_t) {
                        if (error) return self->lost(error);
                        self->read();
                      });
  }

  void read() {
    const auto room = buffer_.prepare(4096, [](const char*, const char*) {});
    socket_.async_read_some(
        asio::buffer(room.data(), room.size()),
        [self = shared_from_this()](const Code& error, std::size_t count) { self->take(error, count); });
  }

  void take(const Code& error, std::size_t count) {
    if (!done_) return;
    Code failed;
    if (error == asio::error::eof && parser_.got_some()) {
      parser_.put_eof(failed);
    } else if (error) {
      return lost(error);
    }
    buffer_.commit(count);
    while (!failed && !parser_.is_done() && !buffer_.empty()) {
      buffer_.consume(parser_.put(asio::buffer(buffer_.data(), buffer_.size()), failed));
    }
    if (failed == http::error::need_more) failed = {};
    if (failed) return unreadable(failed);
    if (!parser_.is_done()) return error ? lost(error) : read();
    auto message = parser_.release();
    finish(HttpClientAnswer{static_cast<int>(message.result_int()), std::move(message.body())});
  }

  void unreadable(const Code& error) {
    const auto code = error == http::error::body_limit ? Errc::too_large : Errc::parse_error;
    finish(fail(code, fmt::format("the answer of {} cannot be read: {}", server_.text(), error.message())));
  }

  Loop& loop_;
  const Endpoint server_;
  asio::basic_stream_socket<asio::ip::tcp, LoopExecutor> socket_;
  HttpClientDone done_;
  std::string request_;
  ByteBuffer buffer_;
  http::response_parser<http::string_body> parser_;
  Executor::TimerId timer_ = 0;
};

}  // namespace

void http_get(Loop& loop, const Endpoint& server, std::string target, std::chrono::milliseconds timeout,
              HttpClientDone done) {
  std::make_shared<Get>(loop, server, target, std::move(done))->start(timeout);
}

}  // namespace p2p
