// For tests and the fuzzer: another parser's opinion on a head that ours has accepted.
#pragma once

#include <string>
#include <string_view>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "net/http_head.hpp"

namespace p2p::test {

/// Where Beast reads `bytes` otherwise than `head` says; empty when both agree.
inline std::string disagreement(std::string_view bytes, const HttpHead& head) {
  namespace http = boost::beast::http;
  const auto text = [](boost::beast::string_view view) { return std::string_view(view.data(), view.size()); };
  http::request_parser<http::empty_body> parser;
  parser.header_limit(64 * 1024);
  parser.body_limit(boost::none);
  boost::beast::error_code error;
  const auto taken = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error) return "Beast refuses it: " + error.message();
  if (!parser.is_header_done() || taken != bytes.size()) return "Beast sees another end";
  const auto& request = parser.get();
  if (text(request.method_string()) != head.method) return "method";
  if (text(request.target()) != head.target) return "target";
  if (request.version() != (head.http_1_0 ? 10U : 11U)) return "version";
  // Ours closes after HTTP/1.0 whatever it asks for, and does not know Proxy-Connection, which no standard
  // has.
  const bool comparable = !head.http_1_0 && request.count(http::field::proxy_connection) == 0;
  if (comparable && parser.keep_alive() != head.keep_alive) return "keep-alive";
  if (parser.chunked() != head.chunked) return "chunked";
  const auto length = parser.content_length();
  if (length.has_value() != head.content_length.has_value()) return "whether there is a Content-Length";
  if (length && *length != *head.content_length) return "Content-Length";
  auto ours = head.fields.begin();
  for (const auto& field : request) {
    if (ours == head.fields.end()) return "more headers";
    // Beast keeps headers of one name together, so only the first of each name is sure to stand in its place.
    if (request.count(field.name_string()) == 1 && text(request[field.name_string()]) != text(field.value()))
      return "order";
    ++ours;
  }
  if (ours != head.fields.end()) return "fewer headers";
  for (const auto& [name, value] : head.fields) {
    const auto [first, last] = request.equal_range(boost::beast::string_view(name.data(), name.size()));
    bool found = false;
    for (auto each = first; each != last; ++each) found = found || text(each->value()) == value;
    if (!found) return "the header " + std::string(name);
  }
  return {};
}

}  // namespace p2p::test
