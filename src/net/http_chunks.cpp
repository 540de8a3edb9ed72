#include "net/http_chunks.hpp"

#include <algorithm>
#include <cstring>

namespace p2p {
namespace {

constexpr std::size_t max_digits = 16;
constexpr std::size_t max_extra = 8 * 1024;  // extensions and trailers of one body; both are dropped

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_text(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f); }

}  // namespace

using State = HttpChunks::State;

State HttpChunks::refuse(std::string_view detail) {
  detail_ = detail;
  return State::refused;
}

State HttpChunks::digit(char c) {
  const auto value = hex_value(c);
  if (value < 0) return digits_ == 0 ? refuse("chunk size is no hexadecimal number") : size_known(c);
  if (++digits_ > max_digits) return refuse("chunk size is too long");
  size_ = size_ * 16 + static_cast<unsigned>(value);  // 16 digits fill the 64 bits exactly
  at_ = At::size_digits;
  return State::more;
}

State HttpChunks::size_known(char c) {
  if (c != '\r' && c != ';') return refuse("something other than a chunk extension behind the chunk size");
  if (size_ > left_) return State::oversized;
  left_ -= size_;
  at_ = c == ';' ? At::extension : At::size_end;
  return State::more;
}

State HttpChunks::trailer(char c) {
  if (++extra_ > max_extra) return refuse("trailers are too long");
  if (c == '\r') {
    if (!colon_) return refuse("trailer without a name");
    at_ = At::trailer_end;
    return State::more;
  }
  if (!is_text(c)) return refuse("trailer has a forbidden character");
  if (at_ == At::line && (c == ':' || c == ' ' || c == '\t')) return refuse("trailer without a name");
  if (c == ':') colon_ = true;
  if ((c == ' ' || c == '\t') && !colon_) return refuse("white space before a trailer's colon");
  at_ = At::trailer;
  return State::more;
}

/// One byte that is not data.
State HttpChunks::control(char c) {
  switch (at_) {
    case At::size:
    case At::size_digits: return digit(c);
    case At::extension:
      if (c == '\r') {
        at_ = At::size_end;
        return State::more;
      }
      if (!is_text(c)) return refuse("chunk extension has a forbidden character");
      return ++extra_ > max_extra ? refuse("chunk extensions are too long") : State::more;
    case At::size_end:
      if (c != '\n') return refuse("carriage return without line feed behind the chunk size");
      at_ = size_ > 0 ? At::data : At::line;
      return State::more;
    case At::data_end:
      if (c != '\r') return refuse("chunk is longer than its size");
      at_ = At::data_feed;
      return State::more;
    case At::data_feed:
      if (c != '\n') return refuse("chunk is longer than its size");
      at_ = At::size;
      digits_ = 0;
      return State::more;
    case At::line:
      colon_ = false;
      if (c != '\r') return trailer(c);
      at_ = At::end;
      return State::more;
    case At::trailer: return trailer(c);
    case At::trailer_end:
      if (c != '\n') return refuse("carriage return without line feed in a trailer");
      at_ = At::line;
      return State::more;
    case At::end: return c == '\n' ? State::done : refuse("carriage return without line feed in a trailer");
    case At::data: break;  // decode's own
  }
  return refuse("chunks out of step");
}

HttpChunks::Step HttpChunks::decode(std::string_view in, char* out) {
  Step step;
  while (step.taken < in.size()) {
    if (at_ == At::data) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size_, in.size() - step.taken));
      std::memmove(out + step.written, in.data() + step.taken, count);
      step.written += count;
      step.taken += count;
      size_ -= count;
      if (size_ == 0) at_ = At::data_end;
      continue;
    }
    step.state = control(in[step.taken++]);
    if (step.state != State::more) return step;
  }
  return step;
}

}  // namespace p2p
