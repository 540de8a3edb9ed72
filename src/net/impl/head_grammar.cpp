#include "net/impl/head_grammar.hpp"

#include <algorithm>
#include <array>

namespace p2p {
namespace {

constexpr HttpRefusal bad(std::string_view detail) { return {Errc::invalid_request, detail}; }

/// The characters of a token (RFC 9110, section 5.6.2): methods and the names of headers.
constexpr auto token_characters = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

/// How many characters at the beginning of `text` are a token.
std::size_t token_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && token_characters[static_cast<unsigned char>(text[size])]) ++size;
  return size;
}

/// No control character but the tab. Without an early end, so that the compiler makes it 16 characters at a
/// time.
bool is_text(std::string_view text) {
  bool wrong = false;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    wrong |= (code < 0x20 && code != '\t') || code == 0x7f;
  }
  return !wrong;
}

bool is_target(std::string_view text) {
  bool wrong = false;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    wrong |= code <= 0x20 || code >= 0x7f || code == '#';
  }
  return !wrong && !text.empty();
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The next line without its CRLF, taken off `rest`.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end - 1);
  rest.remove_prefix(end + 1);
  return line;
}

/// method SP target SP HTTP/1.x
std::optional<HttpRefusal> read_request_line(std::string_view line, HttpHead& head) {
  const auto size = token_size(line);
  if (size == 0 || size == line.size() || line[size] != ' ') return bad("the method is no token");
  head.method = line.substr(0, size);
  line.remove_prefix(size + 1);
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) return bad("the target or the version is missing");
  head.target = line.substr(0, blank);
  if (!is_target(head.target))
    return bad("the target is empty or has a character that must be percent-encoded");
  const auto version = line.substr(blank + 1);
  head.http_1_0 = version == "HTTP/1.0";
  if (!head.http_1_0 && version != "HTTP/1.1") return bad("the version is neither HTTP/1.1 nor HTTP/1.0");
  return std::nullopt;
}

/// name ":" OWS value OWS
std::optional<HttpRefusal> read_field(std::string_view line, HttpHead& head) {
  const auto size = token_size(line);
  if (size == 0 || size == line.size() || line[size] != ':') {
    return bad("a header's name is no token directly before its colon");
  }
  const auto value = trimmed(line.substr(size + 1));
  if (!is_text(value)) return bad("a header's value has a forbidden character");
  head.fields.push_back({line.substr(0, size), value});
  return std::nullopt;
}

/// Connection: a list of tokens; one of them may end the connection.
std::optional<HttpRefusal> read_connection(std::string_view list, HttpHead& head) {
  for (;;) {
    const auto comma = std::min(list.find(','), list.size());
    const auto option = trimmed(list.substr(0, comma));
    if (token_size(option) != option.size()) return bad("Connection is no list of tokens");
    if (same_ignoring_case(option, "close")) head.keep_alive = false;
    if (comma == list.size()) return std::nullopt;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

std::optional<HttpRefusal> parse_head_grammar(std::string_view bytes, HttpHead& head) {
  if (auto refusal = read_request_line(take_line(bytes), head)) return refusal;
  head.keep_alive = !head.http_1_0;
  for (auto line = take_line(bytes); !line.empty(); line = take_line(bytes)) {
    if (auto refusal = read_field(line, head)) return refusal;
    const auto& [name, value] = head.fields.back();
    if (name.size() != 10 || !same_ignoring_case(name, "connection")) continue;
    if (auto refusal = read_connection(value, head)) return refusal;
  }
  return std::nullopt;
}

}  // namespace p2p
