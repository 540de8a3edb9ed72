#include "gossip/stream_framer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gossip/message_reader.hpp"

namespace p2p::gossip {

Result<std::size_t> StreamFramer::needed(std::string_view so_far) {
  if (so_far.empty()) return 1;
  switch (static_cast<MessageType>(so_far.front())) {
    case MessageType::encrypt: return sealed(so_far);
    case MessageType::ping:
    case MessageType::ack:
    case MessageType::compress:
    case MessageType::error: return plain(so_far, false);
    case MessageType::push_pull:
    case MessageType::user: return plain(so_far, true);
    case MessageType::indirect_ping:
    case MessageType::suspect:
    case MessageType::alive:
    case MessageType::dead:
    case MessageType::compound:
    case MessageType::nack:
    case MessageType::has_crc:
    case MessageType::label: break;
  }
  return fail(Errc::parse_error, fmt::format("a stream holds no message of type {}",
                                             static_cast<unsigned char>(so_far.front())));
}

Result<std::size_t> StreamFramer::sealed(std::string_view so_far) const {
  if (so_far.size() < frame_header_size) return frame_header_size;
  std::size_t size = 0;
  for (const char byte : so_far.substr(1, 4)) size = size << 8 | static_cast<unsigned char>(byte);
  if (size > limit_) return fail(Errc::too_large, "an encrypted message is larger than its limit");
  return frame_header_size + size;
}

// Steps over values as far as they have come. A value that has begun is believed to come whole: `at_` may lie
// beyond `so_far`.
Result<std::size_t> StreamFramer::plain(std::string_view so_far, bool has_header) {
  while (true) {
    const std::uint64_t least = at_ + values_ + tail_;
    if (least > limit_) return fail(Errc::too_large, "a stream's message is larger than its limit");
    if (values_ == 0 && (header_read_ || !has_header)) return least;
    if (at_ + std::min<std::uint64_t>(values_, 1) > so_far.size()) return least;
    if (values_ == 0) {
      if (auto fine = read_header(so_far); !fine) return fail(std::move(fine.error()));
      continue;
    }
    const MsgpackHead head = msgpack_head(so_far.substr(at_));
    if (head.kind == MsgpackHead::Kind::invalid)
      return fail(Errc::parse_error, "a byte that begins no value");
    if (head.kind == MsgpackHead::Kind::incomplete) return least + head.size - 1;
    at_ += head.size + head.bytes_after();
    values_ += head.values_after() - 1;
  }
}

// What follows the map that a push/pull or a User begins with.
Result<void> StreamFramer::read_header(std::string_view so_far) {
  MsgpackReader in(so_far.substr(1, at_ - 1));
  if (static_cast<MessageType>(so_far.front()) == MessageType::push_pull) {
    const PushPullHeader header = read_push_pull_header(in);
    values_ = header.nodes;
    tail_ = header.user_state_size;
  } else {
    tail_ = read_user_size(in);
  }
  if (!in.ok()) return fail(Errc::parse_error, std::string(in.why()));
  tail_ =
      std::min<std::uint64_t>(tail_, limit_);  // no sum overflows; the type's byte makes it too large still
  header_read_ = true;
  return {};
}

}  // namespace p2p::gossip
