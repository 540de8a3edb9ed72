#include "gossip/msgpack.hpp"

#include <array>
#include <bit>
#include <cassert>

namespace p2p::gossip {
namespace {

using Kind = MsgpackHead::Kind;

// The first bytes 0xc0 to 0xdf. The head's value is `fixed` plus the `width` bytes that follow.
struct Form {
  Kind kind;
  std::uint8_t width = 0;
  std::uint8_t fixed = 0;
};
constexpr std::array<Form, 32> forms{{
    {Kind::nil},           {Kind::invalid},      {Kind::boolean},      {Kind::boolean, 0, 1},  // c0
    {Kind::raw, 1},        {Kind::raw, 2},       {Kind::raw, 4},                               // c4: bin
    {Kind::opaque, 1, 1},  {Kind::opaque, 2, 1}, {Kind::opaque, 4, 1},  // c7: ext, its type is a byte more
    {Kind::opaque, 0, 4},  {Kind::opaque, 0, 8},                        // ca: floats
    {Kind::number, 1},     {Kind::number, 2},    {Kind::number, 4},    {Kind::number, 8},    // cc
    {Kind::negative, 1},   {Kind::negative, 2},  {Kind::negative, 4},  {Kind::negative, 8},  // d0
    {Kind::opaque, 0, 2},  {Kind::opaque, 0, 3}, {Kind::opaque, 0, 5}, {Kind::opaque, 0, 9},
    {Kind::opaque, 0, 17},                                        // d4: fixext
    {Kind::raw, 1},        {Kind::raw, 2},       {Kind::raw, 4},  // d9: str8 of the new, raw of both
    {Kind::array, 2},      {Kind::array, 4},                      // dc
    {Kind::map, 2},        {Kind::map, 4},                        // de
}};

unsigned byte_at(std::string_view in, std::size_t at) { return static_cast<unsigned char>(in[at]); }

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value = value << 8 | byte_at(bytes, i);
  return value;
}

// A signed number of `width` bytes, which may well be 0 or more.
MsgpackHead signed_head(std::uint64_t value, std::uint8_t width) {
  const unsigned unused = 64 - 8 * width;
  const auto number = static_cast<std::int64_t>(value << unused) >> unused;
  return {number < 0 ? Kind::negative : Kind::number, static_cast<std::uint8_t>(1 + width),
          static_cast<std::uint64_t>(number)};
}

MsgpackHead long_head(std::string_view in, Form form) {
  const auto size = static_cast<std::uint8_t>(1 + form.width);
  if (in.size() < size) return {Kind::incomplete, size, 0};
  const std::uint64_t value = form.fixed + big_endian(in.substr(1, form.width));
  if (form.kind == Kind::negative) return signed_head(value, form.width);
  return {form.kind, size, value};
}

}  // namespace

MsgpackHead msgpack_head(std::string_view in) noexcept {
  if (in.empty()) return {Kind::incomplete, 1, 0};
  const unsigned first = byte_at(in, 0);
  if (first < 0x80) return {Kind::number, 1, first};
  if (first < 0x90) return {Kind::map, 1, first & 15};
  if (first < 0xa0) return {Kind::array, 1, first & 15};
  if (first < 0xc0) return {Kind::raw, 1, first & 31};
  if (first >= 0xe0) return {Kind::negative, 1, first | ~std::uint64_t{0xff}};
  return long_head(in, forms[first - 0xc0]);
}

void MsgpackReader::refuse(std::string_view why) noexcept {
  if (!ok()) return;
  why_ = why;
  rest_ = {};
}

// The next head, with what it promises checked: nil after a complaint.
MsgpackHead MsgpackReader::take() noexcept {
  const MsgpackHead head = msgpack_head(rest_);
  if (head.kind == Kind::invalid) refuse("a byte that begins no value");
  if (head.kind == Kind::incomplete || head.bytes_after() > rest_.size() - head.size ||
      head.values_after() > rest_.size() - head.size)
    refuse("it ends too early");
  if (!ok()) return {Kind::nil, 0, 0};
  rest_.remove_prefix(head.size);
  return head;
}

bool MsgpackReader::boolean() {
  const MsgpackHead head = take();
  if (head.kind != Kind::boolean && head.kind != Kind::nil) refuse("expected true or false");
  return head.value != 0 && ok();
}

std::uint64_t MsgpackReader::number(std::uint64_t limit) {
  const MsgpackHead head = take();
  if (head.kind == Kind::nil) return 0;
  if (head.kind == Kind::number && head.value <= limit) return head.value;
  refuse(head.kind == Kind::number || head.kind == Kind::negative ? "a number is out of its range"
                                                                  : "expected a number");
  return 0;
}

std::int64_t MsgpackReader::integer() {
  const MsgpackHead head = take();
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (head.kind == Kind::nil) return 0;
  if (head.kind == Kind::negative || (head.kind == Kind::number && head.value <= largest))
    return static_cast<std::int64_t>(head.value);
  refuse("expected an integer");
  return 0;
}

std::optional<std::string_view> MsgpackReader::raw_or_nil(std::size_t limit) {
  const MsgpackHead head = take();
  if (head.kind == Kind::nil) return std::nullopt;
  if (head.kind == Kind::raw && head.value <= limit) return bytes(head.value);
  refuse(head.kind == Kind::raw ? "a text is too long" : "expected a text or bytes");
  return std::nullopt;
}

std::uint64_t MsgpackReader::count(Kind kind, std::uint64_t limit, std::string_view otherwise) noexcept {
  const MsgpackHead head = take();
  if (head.kind == Kind::nil) return 0;
  if (head.kind == kind && head.value <= limit) return head.value;
  refuse(head.kind == kind ? "too many values" : otherwise);
  return 0;
}

std::uint64_t MsgpackReader::array(std::uint64_t limit) {
  return count(Kind::array, limit, "expected a list");
}
std::uint64_t MsgpackReader::map(std::uint64_t limit) { return count(Kind::map, limit, "expected a map"); }

void MsgpackReader::skip() {
  // How many values are still to come, instead of a stack of where each belongs.
  std::uint64_t pending = 1;
  for (; pending > 0 && ok(); --pending) {
    const MsgpackHead head = take();
    static_cast<void>(bytes(head.bytes_after()));
    pending += head.values_after();
    if (pending - 1 > rest_.size()) refuse("it ends too early");  // each takes a byte at least
  }
}

std::string_view MsgpackReader::bytes(std::uint64_t size) {
  if (size > rest_.size()) refuse("it ends too early");
  if (!ok()) return {};
  const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
  rest_.remove_prefix(taken.size());
  return taken;
}

void MsgpackWriter::put_big_endian(std::uint64_t value, unsigned bytes) {
  while (bytes-- > 0) put_byte(static_cast<unsigned>(value >> (8 * bytes)) & 0xff);
}

void MsgpackWriter::number(std::uint64_t value) {
  if (value < 0x80) return put_byte(static_cast<unsigned>(value));
  const unsigned log = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffff'ffff ? 2 : 3;
  put_byte(0xcc + log);
  put_big_endian(value, 1U << log);
}

void MsgpackWriter::integer(std::int64_t value) {
  if (value >= 0) return number(static_cast<std::uint64_t>(value));
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= -32) return put_byte(static_cast<unsigned>(bits & 0xff));
  const unsigned log = value >= -0x80 ? 0 : value >= -0x8000 ? 1 : value >= -0x8000'0000LL ? 2 : 3;
  put_byte(0xd0 + log);
  put_big_endian(bits, 1U << log);
}

void MsgpackWriter::raw(std::string_view bytes) {
  if (bytes.size() < 32) {
    put_byte(0xa0 | static_cast<unsigned>(bytes.size()));
  } else {
    const bool fits = bytes.size() <= 0xffff;
    put_byte(fits ? 0xda : 0xdb);
    put_big_endian(bytes.size(), fits ? 2 : 4);
  }
  put(bytes);
}

// The 16-bit form has the byte `wide`, the 32-bit form the one after it.
void MsgpackWriter::put_count(std::size_t count, unsigned fix, unsigned wide) {
  if (count < 16) return put_byte(fix | static_cast<unsigned>(count));
  const bool fits = count <= 0xffff;
  put_byte(fits ? wide : wide + 1);
  put_big_endian(count, fits ? 2 : 4);
}

}  // namespace p2p::gossip
