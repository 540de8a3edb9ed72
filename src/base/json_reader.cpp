#include "base/json_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>

#include "base/json_builder.hpp"

namespace p2p::json {
namespace {

// The parser calls itself for each level, so there must be an end even for a caller with higher limits.
constexpr std::size_t deepest = 1000;
// What a reader may hold between two documents: 4,096 values and keys are 200 KB a thread.
constexpr std::size_t kept_values = 4096;

boost::json::parse_options options() {
  boost::json::parse_options options;
  options.max_depth = deepest;
  return options;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool in_upper_half(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// In words what the parser calls a syntax error, by the character it stopped at and the one before.
std::string_view what_is_wrong(std::string_view text, std::size_t at, bool in_object) {
  if (at >= text.size()) return "the text ends too early";
  std::size_t before = at;
  while (before > 0 && is_space(text[before - 1])) --before;
  const char previous = before > 0 ? text[before - 1] : '[';
  if (in_upper_half(text[at]) || in_upper_half(previous))
    return "no valid UTF-8, or a character outside a string";
  if (static_cast<unsigned char>(text[at]) < 0x20) return "a control character in a string";
  if (at > 0 && text[at - 1] == '\\') return "an unknown escape";
  if (previous == '[' || previous == ':' || (previous == ',' && !in_object)) return "expected a value";
  if (previous == '{' || previous == ',') return "expected a name in quotes";
  return "unexpected character";
}

Error parse_failure(std::string_view text, std::size_t at, std::string_view why) {
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t column = at - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  return Error(Errc::parse_error, fmt::format("line {}, column {}: {}", line, column, why));
}

}  // namespace

struct Reader::Impl {
  boost::json::basic_parser<Builder> parser{options()};
  Builder& builder() { return parser.handler(); }
};

Reader::Reader() : impl_(std::make_unique<Impl>()) {}
Reader::~Reader() = default;

Result<void> Reader::read(std::string_view text, const Limits& limits, Top top) {
  auto& parser = impl_->parser;
  Builder& builder = impl_->builder();
  parser.reset();
  builder.begin(limits, top);
  boost::json::error_code code;
  const std::size_t end = parser.write_some(false, text.data(), text.size(), code);
  if (!builder.refusal.empty()) return fail(parse_failure(text, end, builder.refusal));
  if (code == boost::json::error::too_deep) {
    return fail(
        parse_failure(text, end, fmt::format("more than {} levels", std::min(limits.depth, deepest))));
  }
  if (code) return fail(parse_failure(text, end, what_is_wrong(text, end, builder.in_object())));
  if (end != text.size()) return fail(parse_failure(text, end, "more text after the document"));
  return {};
}

Value Reader::take() { return std::move(impl_->builder().values.back()); }

Result<void> Reader::hand_to(Members& members) {
  Builder& builder = impl_->builder();
  if (!builder.top_is_object) {
    return fail(Errc::invalid_request,
                fmt::format("expected an object, got {}", kind_name(builder.values.back().kind())));
  }
  for (std::size_t i = 0; i < builder.keys.size(); ++i) {
    members.member(builder.keys[i], std::move(builder.values[i]));
  }
  return {};
}

bool Reader::clear() noexcept {
  Builder& builder = impl_->builder();
  builder.values.clear();
  builder.keys.clear();
  return builder.values.capacity() <= kept_values && builder.keys.capacity() <= kept_values &&
         builder.spare_bytes() <= kept_values * sizeof(Value);
}

}  // namespace p2p::json
