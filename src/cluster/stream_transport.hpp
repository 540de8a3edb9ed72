// StreamTransport: gossip's streams. Each carries one sealed message there and at most one back, then it is
// closed (docs/protocol/gossip.md, section 5). It frames; what is in a frame it does not know.
//
// Threads:  the gossip loop's own. Lifetime: the listener outlives it; nothing is told after it is gone.
// Bounds:   16 incoming streams at once, 10 s for each, 4 MiB for a message; further ones are closed unread,
// since who
//           opened them tries again.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "gossip/action.hpp"
#include "net/loop.hpp"
#include "net/unique_fd.hpp"

namespace p2p {

class StreamListener {
 public:
  /// A whole frame: the answer on a stream of ours, or the first of one that came in.
  virtual void on_frame(gossip::StreamId id, std::string frame) = 0;
  /// No answer: connection_refused and the like as `node_unreachable`, else `timeout`, `parse_error`. Not
  /// told of streams that came in.
  virtual void on_stream_failed(gossip::StreamId id, const Error& why) = 0;

 protected:
  ~StreamListener() = default;
};

class StreamTransport {
 public:
  static constexpr std::size_t most_incoming = 16;

  StreamTransport(Loop& loop, StreamListener& listener);
  StreamTransport(const StreamTransport&) = delete;
  StreamTransport& operator=(const StreamTransport&) = delete;
  ~StreamTransport();

  /// Connects, sends `frame`, waits for one back. Ends in on_frame or on_stream_failed, from the top of the
  /// loop.
  void open(gossip::StreamId id, const Endpoint& to, std::string frame, Instant deadline);
  /// A connection that somebody opened, and what was read of it already.
  void take(UniqueFd socket, const Endpoint& from, std::string read);
  /// The answer to a stream that came in; it is closed when that is out. Unknown ids are passed over.
  void reply(gossip::StreamId id, std::string frame);
  void close(gossip::StreamId id);

  [[nodiscard]] std::size_t incoming() const noexcept { return incoming_; }
  [[nodiscard]] std::uint64_t turned_away() const noexcept { return turned_away_; }

 private:
  class Stream;
  void ended(gossip::StreamId id);

  Loop& loop_;
  StreamListener& listener_;
  std::map<gossip::StreamId, std::shared_ptr<Stream>> streams_;
  gossip::StreamId last_incoming_ = gossip::incoming_stream;
  std::size_t incoming_ = 0;
  std::uint64_t turned_away_ = 0;
};

}  // namespace p2p
