// The envelopes; what is in them is message_reader.cpp's.
#include "gossip/codec.hpp"
#include "gossip/crc32.hpp"
#include "gossip/lzw.hpp"
#include "gossip/message_reader.hpp"

namespace p2p::gossip {
namespace {

bool is(std::string_view bytes, MessageType type) {
  return !bytes.empty() && static_cast<MessageType>(bytes.front()) == type;
}

std::size_t big_endian_16(std::string_view bytes) {
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8 |
         static_cast<unsigned char>(bytes[1]);
}

Result<void> refuse_label(std::string_view bytes) {
  if (!is(bytes, MessageType::label)) return {};
  return fail(Errc::parse_error, "it carries a label, and this cluster has none");
}

// What the checksum was around; without one, all.
Result<std::string_view> without_checksum(std::string_view bytes) {
  if (!is(bytes, MessageType::has_crc)) return bytes;
  if (bytes.size() < 5) return fail(Errc::parse_error, "hasCrc: it ends too early");
  const std::string_view message = bytes.substr(5);
  const std::uint32_t said = static_cast<std::uint32_t>(big_endian_16(bytes.substr(1))) << 16 |
                             static_cast<std::uint32_t>(big_endian_16(bytes.substr(3)));
  if (crc32(message) != said) return fail(Errc::parse_error, "hasCrc: the checksum is another one");
  return message;
}

Result<Bytes> inflate(std::string_view bytes, std::size_t limit) {
  MsgpackReader in(bytes.substr(1));
  std::uint64_t algorithm = 0;
  std::string_view packed;
  read_fields(in, [&](std::string_view key) {
    if (key == "Algo")
      algorithm = in.number();
    else if (key == "Buf")
      packed = in.raw();
    else
      return false;
    return true;
  });
  if (in.ok() && algorithm != 0) in.refuse("an algorithm that is not LZW");
  if (!in.ok()) return fail(Errc::parse_error, "compress: " + std::string(in.why()));
  return lzw_decode(packed, limit);
}

// Reads on when a part makes no sense; fails only when none of them does.
class CompoundReader {
 public:
  explicit CompoundReader(LeftOut& left_out) : left_out_(left_out) {}

  Result<std::vector<Message>> read(std::string_view bytes) {
    constexpr std::string_view too_early = "compound: it ends too early";
    if (bytes.size() < 2) return fail(Errc::parse_error, std::string(too_early));
    const std::size_t count = static_cast<unsigned char>(bytes[1]);
    if (bytes.size() < 2 + 2 * count) return fail(Errc::parse_error, std::string(too_early));
    std::string_view sizes = bytes.substr(2, 2 * count);
    std::string_view rest = bytes.substr(2 + 2 * count);
    messages_.reserve(count);
    for (; !sizes.empty(); sizes.remove_prefix(2)) {
      const std::size_t size = big_endian_16(sizes);
      if (size > rest.size()) {
        left_out_.truncated += static_cast<std::uint32_t>(sizes.size() / 2);
        break;
      }
      take(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    if (!messages_.empty()) return std::move(messages_);
    if (first_error_) return fail(std::move(*first_error_));
    return fail(Errc::parse_error, count == 0 ? "compound: it has no parts" : std::string(too_early));
  }

 private:
  void take(std::string_view part) {
    auto message = read_packet_message(part);
    if (message) {
      messages_.push_back(std::move(*message));
      return;
    }
    ++left_out_.refused;
    if (!first_error_) first_error_ = std::move(message.error());
  }

  LeftOut& left_out_;
  std::vector<Message> messages_;
  std::optional<Error> first_error_;
};

}  // namespace

Result<std::vector<Message>> decode_packet(std::string_view datagram, LeftOut* left_out) {
  LeftOut ignored;
  if (datagram.size() > packet_limit) return fail(Errc::too_large, "a datagram of more than 64 KiB");
  if (auto fine = refuse_label(datagram); !fine) return fail(std::move(fine.error()));
  auto bytes = without_checksum(datagram);
  if (!bytes) return fail(std::move(bytes.error()));
  Bytes inflated;
  if (is(*bytes, MessageType::compress)) {
    auto all = inflate(*bytes, packet_limit);
    if (!all) return fail(std::move(all.error()));
    inflated = std::move(*all);
    bytes = inflated;
  }
  if (is(*bytes, MessageType::compound))
    return CompoundReader(left_out != nullptr ? *left_out : ignored).read(*bytes);
  auto message = read_packet_message(*bytes);
  if (!message) return fail(std::move(message.error()));
  std::vector<Message> one;
  one.push_back(std::move(*message));
  return one;
}

Result<Message> decode_stream(std::string_view whole, std::size_t limit, LeftOut* left_out) {
  LeftOut ignored;
  LeftOut& counted = left_out != nullptr ? *left_out : ignored;
  if (whole.size() > limit) return fail(Errc::too_large, "a stream's message is larger than its limit");
  if (auto fine = refuse_label(whole); !fine) return fail(std::move(fine.error()));
  if (is(whole, MessageType::encrypt))
    return fail(Errc::unauthenticated, "it is encrypted, and no key opened it");
  if (!is(whole, MessageType::compress)) return read_stream_message(whole, counted);
  const auto inflated = inflate(whole, limit);
  if (!inflated) return fail(inflated.error());
  return read_stream_message(*inflated, counted);
}

}  // namespace p2p::gossip
