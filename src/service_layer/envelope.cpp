#include "service_layer/envelope.hpp"

namespace p2p {
namespace {

std::optional<Value>* member_of(Envelope& envelope, std::string_view key) {
  if (key == "jsonrpc") return &envelope.jsonrpc;
  if (key == "method") return &envelope.method;
  if (key == "params") return &envelope.params;
  if (key == "id") return &envelope.id;
  if (key == "target") return &envelope.target;
  if (key == "timeout_ms") return &envelope.timeout_ms;
  return nullptr;
}

struct EnvelopeMembers final : json::Members {
  Envelope envelope;
  std::string repeated;

  void member(std::string_view key, Value value) override {
    std::optional<Value>* place = member_of(envelope, key);
    if (place == nullptr) return;
    if (place->has_value()) repeated = key;
    *place = std::move(value);
  }
};

std::unexpected<Error> wrong(const char* member, const char* what, Errc code = Errc::invalid_request) {
  return fail(code, std::string(member) + ": " + what);
}

}  // namespace

namespace {

/// Calls `visit` with each part of a list that begins behind `begin`: parts are divided by commas that stand
/// in no string and no brackets. Returns where the list's own bracket closes; npos when it does not.
template <class Visit>
std::size_t each_part(std::string_view text, std::size_t begin, Visit visit) {
  std::size_t level = 0;
  bool quoted = false;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++i;  // what it escapes is neither a quote nor the end
    if (quoted) continue;
    const bool last = (c == ']' || c == '}') && level == 0;
    if (last || (c == ',' && level == 0)) {
      visit(text.substr(begin, i - begin));
      begin = i + 1;
    }
    if (last) return i;
    if (c == '{' || c == '[') ++level;
    if (c == '}' || c == ']') --level;
  }
  return std::string_view::npos;
}

constexpr std::string_view blanks = " \t\r\n";
std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  return begin == text.npos ? std::string_view{}
                            : text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

/// Where a number stands as the member `id` of the object; empty when there is none, or more than one.
std::string_view find_id_number(std::string_view body) {
  const auto open = body.find_first_not_of(blanks);
  if (open == body.npos || body[open] != '{') return {};
  std::string_view number;
  std::size_t ids = 0;
  each_part(body, open + 1, [&](std::string_view member) {
    member = trimmed(member);
    if (!member.starts_with("\"id\"")) return;
    const auto value = trimmed(member.substr(4));
    if (!value.starts_with(':')) return;
    ++ids;
    number = trimmed(value.substr(1));
  });
  const bool is_number = ids == 1 && !number.empty() && number.size() <= 256 &&
                         (number[0] == '-' || (number[0] >= '0' && number[0] <= '9'));
  return is_number ? number : std::string_view{};
}

/// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_json_number(std::string_view text) {
  const auto digits = [&] {
    const auto count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  const auto whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

Result<Envelope> read_members(std::string_view body, const json::Limits& limits) {
  EnvelopeMembers members;
  if (auto read = json::read_members(body, members, limits); !read) return fail(std::move(read.error()));
  if (!members.repeated.empty())
    return fail(Errc::invalid_request, members.repeated + " stands twice in the request");
  return std::move(members.envelope);
}

/// A number as id is echoed as it was written, but a Value holds 64 bits or a double.
Result<Envelope> with_id_as_written(std::string_view body, Result<Envelope> read,
                                    const json::Limits& limits) {
  const std::string_view number = find_id_number(body);
  if (number.empty() || !is_json_number(number)) return read;
  if (!read) {  // perhaps for this number alone
    std::string shorter(body);
    shorter.replace(static_cast<std::size_t>(number.data() - body.data()), number.size(), "0");
    auto again = read_members(shorter, limits);
    if (!again) return read;
    read = std::move(again);
  }
  read->id_text = number;
  return read;
}

}  // namespace

Result<Envelope> read_envelope(std::string_view body, const json::Limits& limits) {
  if (body.empty()) return Envelope{};
  Result<Envelope> read = read_members(body, limits);
  const bool sure = read ? !read->id || (read->id->kind() != Value::Kind::real && !(*read->id == Value(0)))
                         : read.error().code() != Errc::parse_error;  // 0 may have been written as -0
  return sure ? std::move(read) : with_id_as_written(body, std::move(read), limits);
}

Result<std::vector<Result<Envelope>>> read_batch(std::string_view array, std::size_t most,
                                                 const json::Limits& limits) {
  std::vector<Result<Envelope>> batch;
  std::size_t count = 0;
  const Error* broken = nullptr;
  const auto open = array.find_first_not_of(blanks);
  if (open == array.npos || array[open] != '[') {
    if (auto other = json::parse(array, limits); !other) return fail(other.error());
    return fail(Errc::invalid_request, "expected a request object, or an array of at least one");
  }
  const auto end = each_part(array, open + 1, [&](std::string_view item) {
    if (++count > most || broken != nullptr) return;
    if (trimmed(item).empty())
      batch.push_back(fail(Errc::parse_error, "the batch has an empty place"));
    else
      batch.push_back(read_envelope(item, limits));
    // What is sound JSON and no request is an error of its own; what is no JSON spoils all.
    if (!batch.back() && batch.back().error().code() == Errc::parse_error) broken = &batch.back().error();
  });
  if (end == array.npos || array[end] != ']' || !trimmed(array.substr(end + 1)).empty())
    return fail(broken != nullptr
                    ? *broken
                    : Error(Errc::parse_error, "the batch is no array that ends where the body does"));
  if (count == 1 && trimmed(array.substr(open + 1, end - open - 1)).empty())
    return fail(Errc::invalid_request, "expected a request object, or an array of at least one");
  if (broken != nullptr) return fail(*broken);
  if (count > most)
    return fail(
        Errc::invalid_request,
        "a batch has at most " + std::to_string(most) + " requests, this one " + std::to_string(count),
        Value{{"limit", most}});
  return batch;
}

Result<void> check_envelope(const Envelope& envelope) {
  using K = Value::Kind;
  if (envelope.jsonrpc && !(*envelope.jsonrpc == Value("2.0"))) return wrong("jsonrpc", "must be \"2.0\"");
  if (envelope.id) {
    const K kind = envelope.id->kind();
    if (kind != K::string && kind != K::integer && kind != K::real && kind != K::null)
      return wrong("id", "must be a string, a number or null");
    if (kind == K::string && envelope.id->as_string().size() > 256)
      return wrong("id", "is longer than 256 bytes");
  }
  if (envelope.method && envelope.method->kind() != K::string) return wrong("method", "must be a string");
  if (envelope.params && !envelope.params->is_object() && !envelope.params->is_array() &&
      !envelope.params->is_null())
    return wrong("params", "must be an object by name or an array in the declared order",
                 Errc::invalid_params);
  if (envelope.target && !envelope.target->is_string())
    return wrong("target", "must be a string", Errc::invalid_params);
  if (envelope.timeout_ms && (envelope.timeout_ms->kind() != K::integer ||
                              envelope.timeout_ms->as_int() < 1 || envelope.timeout_ms->as_int() > 600'000))
    return wrong("timeout_ms", "must be an integer from 1 to 600000", Errc::invalid_params);
  return {};
}

Result<void> check_method_agrees(const Envelope& envelope, const MethodPath& path) {
  if (!envelope.method) return {};
  const std::string& named = envelope.method->as_string();
  if (named == path.method) return {};
  const Result<MethodPath> other = MethodPath::parse(named);
  if (other && *other == path) return {};
  return fail(Errc::invalid_request, "the path names " + path.text() + ", the body names another method");
}

namespace {
void write_id(const EnvelopeId& id, std::string& out) {
  if (id.text.empty())
    json::write(id.value, out);
  else
    out += id.text;
}
}  // namespace

void write_result(EnvelopeShape shape, const Value& result, const EnvelopeId& id, std::string_view extra,
                  std::string& out) {
  out += shape == EnvelopeShape::v2 ? R"({"jsonrpc":"2.0","result":)" : R"({"result":)";
  json::write(result, out);
  out += shape == EnvelopeShape::v2 ? R"(,"id":)" : R"(,"error":null,"id":)";
  write_id(id, out);
  out += extra;
  out += '}';
}

void write_error(EnvelopeShape shape, const Value& error, const EnvelopeId& id, std::string& out) {
  out += shape == EnvelopeShape::v2 ? R"({"jsonrpc":"2.0","error":)" : R"({"result":null,"error":)";
  json::write(error, out);
  out += R"(,"id":)";
  write_id(id, out);
  out += '}';
}

}  // namespace p2p
