// Bytes to HTTP requests, by the code the server runs (net/http_reader.hpp). What must hold besides not
// crashing: however the bytes are cut into reads, the same requests come out.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/beast_oracle_test.hpp"
#include "net/http_reader.hpp"

namespace {

using p2p::HttpReader;

p2p::HttpLimits small_limits() {
  p2p::HttpLimits limits;  // small, so that short inputs meet them
  limits.request_line = 256;
  limits.header_line = 128;
  limits.headers = 512;
  limits.header_count = 16;
  limits.body = 64;
  limits.body_ceiling = 256;
  return limits;
}

const p2p::HttpLimits limits = small_limits();

void describe(const HttpReader& reader, std::string& story) {
  const auto& head = reader.head();
  story.append(head.method)
      .append(" ")
      .append(head.target)
      .append(" ")
      .append(head.path)
      .append("?")
      .append(head.query);
  for (const auto& [name, value] : head.fields) story.append("\n").append(name).append(":").append(value);
  story.append(reader.oversized() ? "\noversized\n" : "\n[").append(reader.body()).append("]\n");
}

void check(const HttpReader& reader) {
  const auto& head = reader.head();
  const bool sound = !head.method.empty() && !head.target.empty() &&
                     head.fields.size() <= limits.header_count &&
                     reader.body().size() <= limits.body_ceiling && !(head.chunked && head.content_length);
  if (!sound) std::abort();
}

/// Everything that comes out until more bytes are needed.
void drain(HttpReader& reader, std::string& story) {
  using Event = HttpReader::Event;
  for (;;) {
    switch (reader.next()) {
      case Event::need_more: return;
      case Event::ask_limit: reader.limit_body(200); break;
      case Event::want_continue: break;  // depends on the cut: it asks only while the body is missing
      case Event::request:
        check(reader);
        describe(reader, story);
        reader.pop();
        break;
      case Event::refused: story.append("refused ").append(reader.refusal().detail).append("\n"); break;
      case Event::not_http: story.append("not http\n"); break;
    }
  }
}

std::string read(const std::uint8_t* bytes, std::size_t size, std::size_t piece) {
  HttpReader reader(limits);
  std::string story;
  for (std::size_t at = 0; at < size;) {
    const auto room = reader.prepare();
    const auto count = std::min({piece, size - at, room.size()});
    std::copy_n(bytes + at, count, room.data());
    reader.commit(count);
    at += count;
    drain(reader, story);
  }
  return story;
}

void compare_with_beast(std::string_view bytes) {
  p2p::HttpHeadScan scan(limits);
  if (scan.scan(bytes) != p2p::HttpHeadScan::State::complete) return;
  p2p::HttpHead head;
  bytes = bytes.substr(0, scan.size());
  if (p2p::read_head(bytes, head)) return;
  if (!p2p::test::disagreement(bytes, head).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  compare_with_beast({reinterpret_cast<const char*>(bytes), size});
  const auto whole = read(bytes, size, size);
  if (read(bytes, size, 1) != whole || read(bytes, size, 7) != whole) std::abort();
  return 0;
}
