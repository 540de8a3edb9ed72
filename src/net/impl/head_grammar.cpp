#include "net/impl/head_grammar.hpp"

#include <boost/beast/http/basic_parser.hpp>

namespace p2p {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

std::string_view std_view(beast::string_view text) { return {text.data(), text.size()}; }

/// Takes what Beast finds as views into the input: nothing is copied, nothing allocated on a warm connection.
class Grammar final : public http::basic_parser<true> {
 public:
  explicit Grammar(HttpHead& head) : head_(head) {
    skip(true);                // the body is not Beast's
    header_limit(256 * 1024);  // HttpHeadScan has bounded it
    body_limit(boost::none);
  }

 private:
  using Code = beast::error_code;
  using Text = beast::string_view;

  void on_request_impl(http::verb, Text method, Text target, int version, Code&) override {
    head_.method = std_view(method);
    head_.target = std_view(target);
    head_.http_1_0 = version == 10;
  }
  void on_field_impl(http::field, Text name, Text value, Code&) override {
    head_.fields.push_back({std_view(name), std_view(value)});
  }
  void on_response_impl(int, Text, int, Code&) override {}
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(Text, Code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, Code&) override { return 0; }
  void on_finish_impl(Code&) override {}

  HttpHead& head_;
};

std::string_view reason(http::error error) {
  switch (error) {
    case http::error::bad_method: return "the method is no token";
    case http::error::bad_target: return "the target is missing or has a forbidden character";
    case http::error::bad_version: return "the version is neither HTTP/1.1 nor HTTP/1.0";
    case http::error::bad_field: return "a header's name is no token directly before its colon";
    case http::error::bad_value: return "a header's value has a forbidden character";
    case http::error::bad_line_ending: return "carriage return without line feed";
    case http::error::bad_content_length:
      return "Content-Length is not one number, or stands beside Transfer-Encoding";
    case http::error::multiple_content_length: return "Content-Length is given twice";
    case http::error::bad_transfer_encoding:
      return "Transfer-Encoding is given twice or stands beside Content-Length";
    default: return "not an HTTP request";  // Beast's list is longer than what a head can meet
  }
}

}  // namespace

std::optional<HttpRefusal> parse_head_grammar(std::string_view bytes, HttpHead& head) {
  Grammar grammar(head);
  beast::error_code error;
  const auto taken = grammar.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error) return HttpRefusal{Errc::invalid_request, reason(static_cast<http::error>(error.value()))};
  if (taken != bytes.size() || !grammar.is_done())
    return HttpRefusal{Errc::invalid_request, "not an HTTP request"};
  head.keep_alive = grammar.keep_alive();
  return std::nullopt;
}

}  // namespace p2p
