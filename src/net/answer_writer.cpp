#include "net/answer_writer.hpp"

#include <charconv>
#include <ctime>

#include <fmt/format.h>

#include "net/http_server.hpp"

namespace p2p {
namespace {

/// Ready up to the date. Statuses that nobody here sends have no reason phrase: it is optional (RFC 9112,
/// section 4).
std::string_view status_line(int status) {
  switch (status) {
    case 200: return "HTTP/1.1 200 OK\r\n";
    case 201: return "HTTP/1.1 201 Created\r\n";
    case 202: return "HTTP/1.1 202 Accepted\r\n";
    case 204: return "HTTP/1.1 204 No Content\r\n";
    case 207: return "HTTP/1.1 207 Multi-Status\r\n";
    case 301: return "HTTP/1.1 301 Moved Permanently\r\n";
    case 302: return "HTTP/1.1 302 Found\r\n";
    case 303: return "HTTP/1.1 303 See Other\r\n";
    case 304: return "HTTP/1.1 304 Not Modified\r\n";
    case 307: return "HTTP/1.1 307 Temporary Redirect\r\n";
    case 308: return "HTTP/1.1 308 Permanent Redirect\r\n";
    case 400: return "HTTP/1.1 400 Bad Request\r\n";
    case 401: return "HTTP/1.1 401 Unauthorized\r\n";
    case 403: return "HTTP/1.1 403 Forbidden\r\n";
    case 404: return "HTTP/1.1 404 Not Found\r\n";
    case 405: return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 406: return "HTTP/1.1 406 Not Acceptable\r\n";
    case 408: return "HTTP/1.1 408 Request Timeout\r\n";
    case 409: return "HTTP/1.1 409 Conflict\r\n";
    case 412: return "HTTP/1.1 412 Precondition Failed\r\n";
    case 413: return "HTTP/1.1 413 Content Too Large\r\n";
    case 414: return "HTTP/1.1 414 URI Too Long\r\n";
    case 415: return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 421: return "HTTP/1.1 421 Misdirected Request\r\n";
    case 422: return "HTTP/1.1 422 Unprocessable Content\r\n";
    case 426: return "HTTP/1.1 426 Upgrade Required\r\n";
    case 429: return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431: return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 499: return "HTTP/1.1 499 Client Closed Request\r\n";
    case 500: return "HTTP/1.1 500 Internal Server Error\r\n";
    case 501: return "HTTP/1.1 501 Not Implemented\r\n";
    case 502: return "HTTP/1.1 502 Bad Gateway\r\n";
    case 503: return "HTTP/1.1 503 Service Unavailable\r\n";
    case 504: return "HTTP/1.1 504 Gateway Timeout\r\n";
    default: return {};
  }
}

void append_number(std::string& out, std::size_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

}  // namespace

std::string http_date(WallTime time) {
  // By hand, since strftime would write the names of days in the language of the place.
  static constexpr std::string_view days = "SunMonTueWedThuFriSat";
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     days.substr(static_cast<unsigned>(parts.tm_wday) * 3, 3), parts.tm_mday,
                     months.substr(static_cast<unsigned>(parts.tm_mon) * 3, 3), parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

AnswerWriter::AnswerWriter(std::string constant_headers, WallTime now)
    : constant_headers_(std::move(constant_headers)) {
  set_date(now);
}

void AnswerWriter::set_date(WallTime now) {
  common_ = "Date: " + http_date(now) + "\r\n" + constant_headers_;
}

void AnswerWriter::begin_head(std::string& out, const HttpAnswer& answer, After after,
                              std::string_view besides) const {
  const auto status = status_line(answer.status);
  if (status.empty()) {
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} \r\n", answer.status);
  } else {
    out.append(status);
  }
  out.append(common_);
  if (!answer.content_type.empty()) out.append("Content-Type: ").append(answer.content_type).append("\r\n");
  out.append(answer.headers).append(besides);
  if (after == After::close) out.append("Connection: close\r\n");
}

void AnswerWriter::write(std::string& out, const HttpAnswer& answer, Body body, After after,
                         std::string_view besides) const {
  begin_head(out, answer, after, besides);
  const bool bodiless = answer.status == 204 || answer.status == 304;
  if (!bodiless) {
    out.append("Content-Length: ");
    append_number(out, answer.body.size());
    out.append("\r\n");
  }
  out.append("\r\n");
  if (!bodiless && body == Body::send) out.append(answer.body);
}

void AnswerWriter::write_head(std::string& out, const HttpAnswer& answer, Coding coding, After after,
                              std::string_view besides) const {
  begin_head(out, answer, after, besides);
  out.append(coding == Coding::chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n");
}

void append_chunk(std::string& out, std::string_view piece) {
  if (piece.empty()) return;
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, piece.size(), 16).ptr;
  out.append(digits, end).append("\r\n").append(piece).append("\r\n");
}

}  // namespace p2p
