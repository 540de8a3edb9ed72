#include "service_layer/gzip.hpp"

#include <zlib.h>

#include "net/http_head.hpp"

namespace p2p {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// "q=0", "q=0.0", "q=0.000": not at all.
bool is_zero(std::string_view weight) {
  if (weight.size() < 3 || (weight[0] != 'q' && weight[0] != 'Q') || weight[1] != '=') return false;
  return weight.substr(2).find_first_not_of("0.") == weight.npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  bool by_star = false;
  while (!accept_encoding.empty()) {
    const auto item = accept_encoding.substr(0, accept_encoding.find(','));
    accept_encoding.remove_prefix(std::min(accept_encoding.size(), item.size() + 1));
    const auto semicolon = item.find(';');
    const auto coding = trimmed(item.substr(0, semicolon));
    const bool wanted = semicolon == item.npos || !is_zero(trimmed(item.substr(semicolon + 1)));
    if (same_ignoring_case(coding, "gzip") || same_ignoring_case(coding, "x-gzip")) return wanted;
    if (coding == "*") by_star = wanted;
  }
  return by_star;
}

std::string gzip(std::string_view body) {
  z_stream stream{};
  constexpr int with_gzip_head = 15 + 16, memory = 8;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, with_gzip_head, memory, Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string out(body.size(), '\0');  // what would be longer is of no use
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));  // NOLINT: zlib's const is younger
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(whole ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

void respond_gzipped(HttpExchange& exchange, bool accepted, HttpAnswer answer) {
  std::string small, headers;
  if (accepted && answer.body.size() > least_gzipped && answer.body.size() <= most_gzipped)
    small = gzip(answer.body);
  if (!small.empty()) {
    headers.append(answer.headers).append("Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n");
    answer.headers = headers;
    answer.body = small;
  }
  exchange.respond(answer);
}

}  // namespace p2p
