// Msgpack, in the dialect gossip speaks (docs/protocol/gossip.md, section 2): the old specification, in which
// texts and bytes are both `raw`. The writer emits nothing newer and always the shortest form; the reader
// takes the newer forms too (str8, bin), and every form of an integer.
//
// The reader never throws and never allocates: what it gives are views into its input. Its first complaint
// stays (`ok`, `why`), and from then on it gives zeros, so that callers ask once, at the end. Each length is
// checked against the rest of the input before it is believed: whoever allocates by one has been sent as
// much.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "gossip/node_info.hpp"

namespace p2p::gossip {

/// What a value begins with: all that can be told of it without looking at what follows.
struct MsgpackHead {
  enum class Kind : std::uint8_t {
    incomplete,  ///< more bytes are needed to tell
    invalid,     ///< the one byte that begins nothing
    nil,
    boolean,
    number,    ///< 0 or more
    negative,  ///< `value` in two's complement
    opaque,    ///< a float or an extension: `value` bytes follow
    raw,       ///< `value` bytes follow
    array,     ///< `value` values follow
    map        ///< `value` pairs follow
  };
  Kind kind = Kind::incomplete;
  std::uint8_t size = 0;  ///< bytes of the head itself; if incomplete, how many there must be at least
  std::uint64_t value = 0;

  [[nodiscard]] std::uint64_t bytes_after() const noexcept {
    return kind == Kind::raw || kind == Kind::opaque ? value : 0;
  }
  [[nodiscard]] std::uint64_t values_after() const noexcept {
    return kind == Kind::map ? 2 * value : kind == Kind::array ? value : 0;
  }
};
[[nodiscard]] MsgpackHead msgpack_head(std::string_view in) noexcept;

class MsgpackReader {
 public:
  /// `in` outlives the reader and all it gives.
  explicit MsgpackReader(std::string_view in) : rest_(in) {}

  // Each takes the next value. nil is the zero of all of them, as it is for the agent.
  [[nodiscard]] bool boolean();
  [[nodiscard]] std::uint64_t number(std::uint64_t limit = std::numeric_limits<std::uint64_t>::max());
  template <class Unsigned>
  [[nodiscard]] Unsigned number_of() {
    return static_cast<Unsigned>(number(std::numeric_limits<Unsigned>::max()));
  }
  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] std::optional<std::string_view> raw_or_nil(std::size_t limit = any_size);
  [[nodiscard]] std::string_view raw(std::size_t limit = any_size) {
    return raw_or_nil(limit).value_or(std::string_view());
  }
  /// How many values, or pairs, follow; they are taken one by one.
  [[nodiscard]] std::uint64_t array(std::uint64_t limit = any_size);
  [[nodiscard]] std::uint64_t map(std::uint64_t limit = any_size);
  /// Takes any value with all in it. Needs no stack, so nesting needs no bound.
  void skip();

  [[nodiscard]] MsgpackHead::Kind next() const noexcept { return msgpack_head(rest_).kind; }
  /// Takes bytes that are no value: what follows a header.
  [[nodiscard]] std::string_view bytes(std::uint64_t size);
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

  [[nodiscard]] bool ok() const noexcept { return why_.empty(); }
  [[nodiscard]] std::string_view why() const noexcept { return why_; }
  /// Complains, for a caller who found sense missing where the form was right. `why` is a literal.
  void refuse(std::string_view why) noexcept;

 private:
  static constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();
  MsgpackHead take() noexcept;
  std::uint64_t count(MsgpackHead::Kind kind, std::uint64_t limit, std::string_view otherwise) noexcept;

  std::string_view rest_;
  std::string_view why_;
};

/// Takes a map and calls `field(key)` for each pair; it takes the value and returns true, or leaves it and
/// returns false: keys that are not known are stepped over.
template <class Field>
void read_fields(MsgpackReader& in, Field&& field) {
  for (auto left = in.map(); left > 0 && in.ok(); --left) {
    const std::string_view key = in.raw();
    if (!field(key)) in.skip();
  }
}

class MsgpackWriter {
 public:
  /// Only counts: `size` is what would be written.
  MsgpackWriter() = default;
  /// Appends to `out`, which outlives the writer.
  explicit MsgpackWriter(Bytes& out) : out_(&out) {}

  void nil() { put_byte(0xc0); }
  void boolean(bool value) { put_byte(value ? 0xc3 : 0xc2); }
  void number(std::uint64_t value);
  void integer(std::int64_t value);
  void raw(std::string_view bytes);
  /// nil when there are none: how the agent writes what it does not have.
  void raw_or_nil(std::string_view bytes) { bytes.empty() ? nil() : raw(bytes); }
  void array(std::size_t values) { put_count(values, 0x90, 0xdc); }
  void map(std::size_t pairs) { put_count(pairs, 0x80, 0xde); }

  /// `out.key("Node").raw(name)`; maps are written in alphabetical order, as the agent does.
  MsgpackWriter& key(std::string_view name) {
    raw(name);
    return *this;
  }

  /// Bytes that are no value: a message's type before it, what follows a header.
  void put_byte(unsigned byte) {
    ++size_;
    if (out_ != nullptr) out_->push_back(static_cast<char>(byte));
  }
  void put(std::string_view bytes) {
    size_ += bytes.size();
    if (out_ != nullptr) out_->append(bytes);
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  void put_count(std::size_t count, unsigned fix, unsigned wide);
  void put_big_endian(std::uint64_t value, unsigned bytes);

  Bytes* out_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace p2p::gossip
