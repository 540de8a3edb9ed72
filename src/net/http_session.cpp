#include "net/http_session.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "net/byte_buffer.hpp"
#include "net/impl/reply_parser.hpp"
#include "net/native.hpp"

namespace p2p {
namespace {

namespace asio = boost::asio;
using Code = boost::system::error_code;

asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint) {
  if (endpoint.v6) return {asio::ip::address_v6(endpoint.address), endpoint.port};
  const auto& a = endpoint.address;
  return {asio::ip::address_v4({a[0], a[1], a[2], a[3]}), endpoint.port};
}

std::string lower_first(std::string text) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + ('a' - 'A'));
  return text;
}

}  // namespace

std::string_view HttpReplyHead::field(std::string_view name) const {
  std::string_view rest = fields;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    if (line.size() >= name.size() + 2 && line.starts_with(name) && line[name.size()] == ':')
      return line.substr(name.size() + 2);
  }
  return {};
}

/// The connection. Each operation under way holds it, with the number of the connection it belongs to: what
/// belongs to one that was closed meanwhile is passed over.
struct HttpSession::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& loop_in, const Endpoint& server_in)
      : loop(loop_in), server(server_in), socket(loop_in.native().io) {}

  void ask(const HttpQuestion& question, HttpReply& told) {
    reply = &told;
    request.clear();
    fmt::format_to(std::back_inserter(request), "{} {} HTTP/1.1\r\nHost: {}\r\n{}", question.method,
                   question.target, server.text(), question.headers);
    if (!question.body.empty() || question.method != "GET")
      fmt::format_to(std::back_inserter(request), "Content-Length: {}\r\n", question.body.size());
    request += "\r\n";
    request += question.body;
    parser.emplace(told);
    if (connected && left_by_server()) drop();
    if (connected) return send();
    connect();
  }

  /// Whether the kept connection has ended meanwhile, or says something nobody asked for.
  bool left_by_server() {
    char byte = 0;
    const auto count = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  void connect() {
    buffer.consume(buffer.size());
    socket.async_connect(to_asio(server), [self = shared_from_this(), mine = number](const Code& error) {
      if (mine != self->number) return;
      if (error) return self->lost(error);
      self->connected = true;
      Code ignored;
      self->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      self->send();
    });
  }

  void send() {
    asio::async_write(
        socket, asio::buffer(request),
        [self = shared_from_this(), mine = number](const Code& error, std::size_t) {
          if (mine != self->number) return;
          // A server may answer and close before it has read everything: what it says counts.
          if (error && error != asio::error::broken_pipe && error != asio::error::connection_reset)
            return self->lost(error);
          self->read();
        });
  }

  void read() {
    const auto room = buffer.prepare(16 * 1024, [](const char*, const char*) {});
    socket.async_read_some(asio::buffer(room.data(), room.size()),
                           [self = shared_from_this(), mine = number](const Code& error, std::size_t count) {
                             if (mine == self->number) self->take(error, count);
                           });
  }

  void take(const Code& error, std::size_t count) {
    buffer.commit(count);
    const auto mine = number;
    const ReplyParser::State state =
        error ? parser->end_of_input(error == asio::error::eof) : parser->feed(buffer);
    if (mine != number) return;  // closed by whom it told
    switch (state) {
      case ReplyParser::State::more: return error ? lost(error) : read();
      case ReplyParser::State::broken:
        return finish(fail(Errc::parse_error, fmt::format("the answer of {} cannot be read: {}",
                                                          server.text(), parser->fault())));
      case ReplyParser::State::complete: return finish({});
    }
  }

  void lost(const Code& error) {
    const std::string cause =
        error == asio::error::eof ? "the connection was closed" : lower_first(error.message());
    finish(fail(Error(Errc::node_unreachable, fmt::format("cannot reach {}: {}", server.text(), cause))
                    .with("reason", Value(cause))));
  }

  void finish(Result<void> end) {
    if (!end || !parser->keeps_alive() || !buffer.empty()) drop();
    const auto self = shared_from_this();
    if (HttpReply* told = std::exchange(reply, nullptr)) told->on_reply_end(std::move(end));
  }

  void drop() {
    ++number;
    connected = false;
    Code ignored;
    socket.close(ignored);
  }

  Loop& loop;
  const Endpoint server;
  asio::basic_stream_socket<asio::ip::tcp, LoopExecutor> socket;
  HttpReply* reply = nullptr;
  std::string request;
  ByteBuffer buffer;
  std::optional<ReplyParser> parser;
  unsigned number = 0;
  bool connected = false;
};

HttpSession::HttpSession(Loop& loop, const Endpoint& server) : impl_(std::make_shared<Impl>(loop, server)) {}

HttpSession::~HttpSession() { close(); }

void HttpSession::ask(const HttpQuestion& question, HttpReply& reply) { impl_->ask(question, reply); }

void HttpSession::close() {
  impl_->reply = nullptr;
  if (impl_->parser) impl_->parser->stop();
  impl_->drop();
}

}  // namespace p2p
