// HttpReader: bytes to requests. Holds what was read of one connection and gives one request after another;
// knows framing and limits, no socket and no clock: the server drives it, and so does the fuzzer.
//
//   reader.prepare(), fill, reader.commit(n);
//   for (;;) switch (reader.next()) { case Event::request: ...; reader.pop(); ... case Event::need_more:
//   return; }
//
// A body in one piece is handed out where it was read. After `refused` or an oversized body nothing more
// comes out: where the next request would begin is unknown.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "net/byte_buffer.hpp"
#include "net/http_chunks.hpp"
#include "net/http_head.hpp"
#include "net/http_head_rules.hpp"
#include "net/http_limits.hpp"

namespace p2p {

class HttpReader {
 public:
  enum class Event {
    need_more,      ///< nothing before more bytes are read
    ask_limit,      ///< the body may be over `HttpLimits::body`: see head(), then call limit_body
    want_continue,  ///< the client waits for 100 Continue; comes once
    request,        ///< head() and body() are a request, until pop()
    refused,        ///< see refusal()
    not_http        ///< the connection's first byte is none of HTTP
  };
  /// What the connection waits for when there is `need_more`.
  enum class Phase { idle, head, body, stopped };

  /// `limits` outlives the reader.
  explicit HttpReader(const HttpLimits& limits) : limits_(&limits), scan_(limits) {}

  [[nodiscard]] std::span<char> prepare();
  void commit(std::size_t count) { buffer_.commit(count); }

  [[nodiscard]] Event next();
  /// The answer to ask_limit.
  void limit_body(std::size_t limit);
  void pop();
  /// Nothing more comes out, what was read is forgotten; `prepare` still gives room to read into.
  void stop();

  /// Once there was `not_http`: all that has come.
  [[nodiscard]] std::string_view unread() const noexcept { return buffer_.view(); }
  [[nodiscard]] const HttpHead& head() const noexcept { return head_; }
  [[nodiscard]] std::string_view body() const noexcept;
  /// The body is over its limit and was not read.
  [[nodiscard]] bool oversized() const noexcept { return at_ == At::oversized; }
  [[nodiscard]] const HttpRefusal& refusal() const noexcept { return refusal_; }

  [[nodiscard]] Phase phase() const noexcept;
  /// Bytes of the body that have come, while the phase is `body`.
  [[nodiscard]] std::size_t body_received() const noexcept { return body_received_; }
  /// Memory that it holds beyond what every connection does.
  [[nodiscard]] std::size_t grown() const noexcept {
    return buffer_.capacity() > keep_capacity ? buffer_.capacity() : 0;
  }

 private:
  static constexpr std::size_t keep_capacity = 64 * 1024;  // what grew over it for one body is given back
  enum class At { first_byte, head, limit, body, ready, oversized, stopped };

  Event read_first();
  Event read_head_bytes();
  Event begin_body();
  Event read_body();
  Event read_length();
  Event read_chunks();
  Event refuse(const HttpRefusal& refusal);

  const HttpLimits* limits_;
  ByteBuffer buffer_;  // the request from its first byte: head, body, then what came behind it
  HttpHeadScan scan_;
  HttpChunks chunks_;
  HttpHead head_;
  HttpRefusal refusal_;
  At at_ = At::first_byte;
  bool continue_asked_ = false;
  std::size_t body_limit_ = 0;
  std::size_t body_size_ = 0;     // bytes behind the head that are the body
  std::size_t request_size_ = 0;  // all bytes of the request in the buffer
  std::size_t body_received_ = 0;
};

}  // namespace p2p
