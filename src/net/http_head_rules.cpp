#include "net/http_head_rules.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "net/impl/head_grammar.hpp"

namespace p2p {

using State = HttpHeadScan::State;

State HttpHeadScan::refuse(Errc code, std::string_view detail) {
  refusal_ = {code, detail};
  return State::refused;
}

/// A line, with its carriage return if that is there, is judged by its length first: so it makes no
/// difference whether it came in one piece.
std::optional<State> HttpHeadScan::too_long(std::size_t size) {
  if (line_ == 0 && size > limits_->request_line + 1)
    return refuse(Errc::uri_too_long, "request line too long");
  if (line_ != 0 && size > limits_->header_line + 1)
    return refuse(Errc::headers_too_large, "header too long");
  return std::nullopt;
}

State HttpHeadScan::unfinished(std::string_view bytes) {
  searched_ = bytes.size();
  return too_long(bytes.size() - line_).value_or(State::more);
}

/// Judges one line without its line feed; none while the head goes on.
std::optional<State> HttpHeadScan::line(std::string_view text) {
  if (auto refused = too_long(text.size())) return refused;
  if (text.empty() || text.back() != '\r')
    return refuse(Errc::invalid_request, "line feed without carriage return");
  text.remove_suffix(1);
  if (line_ == 0) {
    if (text.empty()) return refuse(Errc::invalid_request, "blank line before the request");
    first_ = text.size() + 2;
    return std::nullopt;
  }
  if (text.empty()) return State::complete;
  if (text.front() == ' ' || text.front() == '\t') return refuse(Errc::invalid_request, "folded header");
  if (++count_ > limits_->header_count) return refuse(Errc::headers_too_large, "too many headers");
  if (line_ + text.size() + 2 - first_ > limits_->headers) {
    return refuse(Errc::headers_too_large, "headers too large");
  }
  return std::nullopt;
}

State HttpHeadScan::scan(std::string_view bytes) {
  for (;;) {
    const auto end = bytes.find('\n', searched_);
    if (end == std::string_view::npos) return unfinished(bytes);
    const auto verdict = line(bytes.substr(line_, end - line_));
    if (verdict == State::refused) return State::refused;
    line_ = searched_ = end + 1;
    if (verdict) return *verdict;
  }
}

namespace {

constexpr HttpRefusal bad(std::string_view detail) { return {Errc::invalid_request, detail}; }

std::optional<HttpRefusal> read_length(HttpHead& head, std::string_view value) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), size);
  // from_chars takes no plus sign for itself and no minus for an unsigned number.
  if (error != std::errc{} || end != value.data() + value.size())
    return bad("Content-Length is not one number");
  head.content_length = size;
  return std::nullopt;
}

/// What says how long the body is; exactly one of the two, once.
struct Framing {
  int lengths = 0, codings = 0, hosts = 0;
  std::string_view length, coding, host, expect;

  explicit Framing(const HttpHead& head) {
    for (const auto& field : head.fields) take(field.name, field.value);
  }

  void take(std::string_view name, std::string_view value) {
    if (name.size() == 4 && same_ignoring_case(name, "host")) {
      ++hosts;
      host = value;
    } else if (name.size() == 6 && same_ignoring_case(name, "expect")) {
      expect = value;
    } else if (name.size() == 14 && same_ignoring_case(name, "content-length")) {
      ++lengths;
      length = value;
    } else if (name.size() == 17 && same_ignoring_case(name, "transfer-encoding")) {
      ++codings;
      coding = value;
    }
  }
};

std::optional<HttpRefusal> judge_length(HttpHead& head, const Framing& framing) {
  if (framing.lengths > 1) return bad("Content-Length is given twice");
  if (framing.lengths > 0 && framing.codings > 0) return bad("both Content-Length and Transfer-Encoding");
  if (framing.lengths == 1) return read_length(head, framing.length);
  if (framing.codings == 0) return std::nullopt;
  if (framing.codings > 1) return bad("Transfer-Encoding is given twice");
  if (head.http_1_0) return bad("Transfer-Encoding in an HTTP/1.0 request");
  if (!same_ignoring_case(framing.coding, "chunked")) return bad("Transfer-Encoding other than chunked");
  head.chunked = true;
  return std::nullopt;
}

/// "http://host:8001/path" is served as "/path" only when it names the same host as the Host header.
std::optional<HttpRefusal> judge_target(HttpHead& head, const Framing& framing) {
  auto local = head.target;
  if (local.front() != '/' && local != "*") {
    constexpr std::string_view scheme = "http://";
    if (!same_ignoring_case(local.substr(0, scheme.size()), scheme)) return bad("target must begin with /");
    local.remove_prefix(scheme.size());
    const auto slash = std::min(local.find_first_of("/?"), local.size());
    if (!same_ignoring_case(local.substr(0, slash), framing.host)) return bad("target names another host");
    local.remove_prefix(slash);
    if (local.empty() || local.front() != '/') return bad("target has no path");
  }
  if (local == "*" && head.method != "OPTIONS") return bad("target * is for OPTIONS");
  const auto mark = std::min(local.find('?'), local.size());
  head.path = local.substr(0, mark);
  head.query = local.substr(std::min(mark + 1, local.size()));
  return std::nullopt;
}

std::optional<HttpRefusal> judge_host(const HttpHead& head, const Framing& framing) {
  if (framing.hosts > 1) return bad("Host is given twice");
  if (framing.hosts == 0 && !head.http_1_0) return bad("Host is missing");
  return std::nullopt;
}

std::optional<HttpRefusal> judge_expectation(HttpHead& head, const Framing& framing) {
  if (framing.expect.empty() || head.http_1_0) return std::nullopt;
  if (!same_ignoring_case(framing.expect, "100-continue")) return bad("Expect other than 100-continue");
  head.expects_continue = true;
  return std::nullopt;
}

}  // namespace

std::optional<HttpRefusal> read_head(std::string_view bytes, HttpHead& head) {
  head.clear();
  if (auto refusal = parse_head_grammar(bytes, head)) return refusal;
  const Framing framing(head);
  if (auto refusal = judge_host(head, framing)) return refusal;
  if (auto refusal = judge_length(head, framing)) return refusal;
  if (auto refusal = judge_target(head, framing)) return refusal;
  return judge_expectation(head, framing);
}

}  // namespace p2p
