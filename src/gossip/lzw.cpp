#include "gossip/lzw.hpp"

#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace p2p::gossip {
namespace {

constexpr unsigned clear_code = 256;
constexpr unsigned end_code = 257;
constexpr unsigned first_width = 9;
constexpr unsigned last_width = 12;
constexpr std::size_t codes = 1U << last_width;
constexpr unsigned no_code = codes;

// Codes of changing width out of bytes, lowest bit first.
class CodeReader {
 public:
  explicit CodeReader(std::string_view in) : in_(in) {}

  // no_code when the input has no more.
  unsigned next(unsigned width) {
    for (; count_ < width; count_ += 8) {
      if (in_.empty()) return no_code;
      bits_ |= static_cast<std::uint32_t>(static_cast<unsigned char>(in_.front())) << count_;
      in_.remove_prefix(1);
    }
    const unsigned code = bits_ & ((1U << width) - 1);
    bits_ >>= width;
    count_ -= width;
    return code;
  }

 private:
  std::string_view in_;
  std::uint32_t bits_ = 0;
  unsigned count_ = 0;
};

class Decoder {
 public:
  Decoder(std::string_view packed, std::size_t limit) : in_(packed), limit_(limit) {}

  Result<Bytes> run() {
    while (true) {
      const unsigned code = in_.next(width_);
      if (code == end_code) return std::move(out_);
      if (code == no_code) return fail(Errc::parse_error, "compressed bytes end too early");
      if (code == clear_code) {
        start_over();
        continue;
      }
      if (code > hi_) return fail(Errc::parse_error, "compressed bytes use a code before it is made");
      if (!emit(code)) return fail(Errc::too_large, fmt::format("inflates to more than {} bytes", limit_));
      grow(code);
    }
  }

 private:
  void start_over() {
    hi_ = end_code;
    width_ = first_width;
    previous_ = no_code;
  }

  [[nodiscard]] std::size_t length_of(unsigned code) const { return code < clear_code ? 1 : length_[code]; }

  // Appends what `code` stands for, last byte first, and makes the entry that it completes.
  bool emit(unsigned code) {
    // The entry that this very code completes: the previous one with its own first byte at the end.
    const bool itself = code == hi_ && previous_ != no_code;
    const std::size_t size = itself ? length_of(previous_) + 1 : length_of(code);
    if (size > limit_ - out_.size()) return false;
    out_.resize(out_.size() + size);
    std::size_t at = out_.size() - (itself ? 2 : 1);
    unsigned rest = itself ? previous_ : code;
    for (; rest >= clear_code; rest = prefix_[rest]) out_[at--] = static_cast<char>(suffix_[rest]);
    out_[at] = static_cast<char>(rest);
    if (itself) out_.back() = static_cast<char>(rest);
    if (previous_ != no_code) {
      prefix_[hi_] = static_cast<std::uint16_t>(previous_);
      suffix_[hi_] = static_cast<std::uint8_t>(rest);
      length_[hi_] = static_cast<std::uint16_t>(length_of(previous_) + 1);
    }
    return true;
  }

  void grow(unsigned code) {
    previous_ = code;
    if (++hi_ < 1U << width_) return;
    if (width_ < last_width) {
      ++width_;
    } else {  // the table is full, and stays as it is until it is cleared
      previous_ = no_code;
      --hi_;
    }
  }

  CodeReader in_;
  std::size_t limit_;
  Bytes out_;
  unsigned hi_ = end_code, width_ = first_width, previous_ = no_code;
  std::array<std::uint16_t, codes> prefix_{}, length_{};
  std::array<std::uint8_t, codes> suffix_{};
};

class Encoder {
 public:
  Bytes run(std::string_view bytes) {
    emit(clear_code);
    unsigned code = no_code;
    for (const char c : bytes) {
      const auto byte = static_cast<std::uint8_t>(c);
      code = code == no_code ? byte : longer(code, byte);
    }
    if (code != no_code) {
      emit(code);
      static_cast<void>(next_code());
    }
    emit(end_code);
    if (count_ > 0) out_.push_back(static_cast<char>(bits_));
    return std::move(out_);
  }

 private:
  // The code of what `code` stands for and `byte`; or, if there is none yet, emits `code` and begins anew.
  unsigned longer(unsigned code, std::uint8_t byte) {
    for (unsigned child = first_child_[code]; child != 0; child = sibling_[child])
      if (last_byte_[child] == byte) return child;
    emit(code);
    if (next_code()) {
      last_byte_[hi_] = byte;
      sibling_[hi_] = first_child_[code];
      first_child_[code] = static_cast<std::uint16_t>(hi_);
    }
    return byte;
  }

  // False when codes had run out and the table was emptied.
  bool next_code() {
    if (++hi_ == 1U << width_) ++width_;
    if (hi_ < codes - 1) return true;
    emit(clear_code);
    hi_ = end_code;
    width_ = first_width;
    first_child_.fill(0);
    return false;
  }

  void emit(unsigned code) {
    bits_ |= code << count_;
    count_ += width_;
    for (; count_ >= 8; count_ -= 8) {
      out_.push_back(static_cast<char>(bits_ & 0xff));
      bits_ >>= 8;
    }
  }

  Bytes out_;
  std::uint32_t bits_ = 0;
  unsigned count_ = 0, hi_ = end_code, width_ = first_width;
  std::array<std::uint16_t, codes> first_child_{},
      sibling_{};  // of each code those that begin with it; 0: none
  std::array<std::uint8_t, codes> last_byte_{};
};

}  // namespace

Result<Bytes> lzw_decode(std::string_view packed, std::size_t limit) { return Decoder(packed, limit).run(); }
Bytes lzw_encode(std::string_view bytes) { return Encoder().run(bytes); }

}  // namespace p2p::gossip
