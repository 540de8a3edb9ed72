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

Result<Envelope> read_envelope(std::string_view body, const json::Limits& limits) {
  EnvelopeMembers members;
  if (body.empty()) return std::move(members.envelope);
  if (auto read = json::read_members(body, members, limits); !read) return fail(std::move(read.error()));
  if (!members.repeated.empty())
    return fail(Errc::invalid_request, members.repeated + " stands twice in the request");
  return std::move(members.envelope);
}

std::vector<std::string_view> batch_items(std::string_view array) {
  std::vector<std::string_view> items;
  std::size_t begin = array.find('[') + 1;
  std::size_t level = 0;
  bool quoted = false;
  for (std::size_t i = begin; i < array.size(); ++i) {
    const char c = array[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++i;  // what it escapes is neither a quote nor the end
    if (quoted) continue;
    const bool last = c == ']' && level == 0;
    if (last || (c == ',' && level == 0)) {
      items.push_back(array.substr(begin, i - begin));
      begin = i + 1;
    }
    if (last) break;
    if (c == '{' || c == '[') ++level;
    if (c == '}' || c == ']') --level;
  }
  return items;
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

void write_result(EnvelopeShape shape, const Value& result, const Value& id, std::string_view extra,
                  std::string& out) {
  out += shape == EnvelopeShape::v2 ? R"({"jsonrpc":"2.0","result":)" : R"({"result":)";
  json::write(result, out);
  out += shape == EnvelopeShape::v2 ? R"(,"id":)" : R"(,"error":null,"id":)";
  json::write(id, out);
  out += extra;
  out += '}';
}

void write_error(EnvelopeShape shape, const Value& error, const Value& id, std::string& out) {
  out += shape == EnvelopeShape::v2 ? R"({"jsonrpc":"2.0","error":)" : R"({"result":null,"error":)";
  json::write(error, out);
  out += R"(,"id":)";
  json::write(id, out);
  out += '}';
}

}  // namespace p2p
