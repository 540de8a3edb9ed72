// The JSON-RPC envelope: bodies of a single call and of strict POST /rpc, batches too.
//
// What must hold besides not crashing: the envelope agrees with the document; what is checked is what the
// rules say; the items of a batch are the items of its array; and an answer can be read and carries the
// caller's id.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "service_layer/envelope.hpp"

namespace {

using namespace p2p;

const json::Limits limits;

void must(bool holds) {
  if (!holds) std::abort();
}

using Place = std::optional<Value> Envelope::*;
constexpr std::pair<std::string_view, Place> members[] = {
    {"jsonrpc", &Envelope::jsonrpc}, {"method", &Envelope::method}, {"params", &Envelope::params},
    {"id", &Envelope::id},           {"target", &Envelope::target}, {"timeout_ms", &Envelope::timeout_ms}};

void agrees_with_document(const Envelope& envelope, const Value& document) {
  for (const auto& [name, place] : members) {
    const Value* member = document.find(name);
    must((envelope.*place).has_value() == (member != nullptr));
    if (member != nullptr) must(*(envelope.*place) == *member);
  }
}

void keeps_the_rules(const Envelope& envelope) {
  if (envelope.jsonrpc) must(*envelope.jsonrpc == Value("2.0"));
  if (envelope.method) must(envelope.method->is_string());
  if (envelope.target) must(envelope.target->is_string());
  if (envelope.timeout_ms)
    must(envelope.timeout_ms->as_int() >= 1 && envelope.timeout_ms->as_int() <= 600'000);
  if (envelope.id) must(!envelope.id->is_object() && !envelope.id->is_array());
  if (envelope.id && envelope.id->is_string()) must(envelope.id->as_string().size() <= 256);
}

void answers_with_its_id(const Envelope& envelope) {
  const EnvelopeId id = EnvelopeId::of(envelope);
  for (const EnvelopeShape shape : {EnvelopeShape::seed, EnvelopeShape::v2}) {
    std::string result, error;
    write_result(shape, envelope.params.value_or(Value()), id, R"(,"meta":{})", result);
    write_error(shape, Value{{"code", -32603}}, id, error);
    for (const std::string& text : {result, error}) {
      if (!id.text.empty()) {  // a number as it was written, which need not fit a Value
        must(text.find("\"id\":" + id.text) != text.npos);
        continue;
      }
      const auto answer = json::parse(text);
      must(answer.has_value() && (*answer)["id"] == id.value);
    }
    if (id.text.empty()) must((*json::parse(result))["result"] == envelope.params.value_or(Value()));
  }
}

/// A body names no method, or the one of the path; both spellings of a path agree.
void agrees_with_its_own_path(const Envelope& envelope) {
  if (!envelope.method) return;
  const auto path = MethodPath::parse(envelope.method->as_string());
  if (!path) return;
  must(check_method_agrees(envelope, *path).has_value());
  must(!check_method_agrees(envelope, {"another-service", "another_method"}) ||
       envelope.method->as_string() == "another-service/another_method" ||
       envelope.method->as_string() == "another-service.another_method");
}

void check_one(std::string_view body) {
  const auto envelope = read_envelope(body, limits);
  const auto document = json::parse(body, limits);
  if (!envelope) {
    const Errc code = envelope.error().code();
    must(code == Errc::parse_error || code == Errc::invalid_request || code == Errc::too_large);
    must(!envelope.error().message().empty());
    if (code == Errc::parse_error) must(!document || !document->is_object());
    return;
  }
  if (!document && !body.empty()) must(!envelope->id_text.empty());  // for its id alone
  if (document) must(document->is_object());
  if (document) agrees_with_document(*envelope, *document);
  const auto sound = check_envelope(*envelope);
  if (!sound) {
    must(!sound.error().message().empty());
    return;
  }
  keeps_the_rules(*envelope);
  agrees_with_its_own_path(*envelope);
  answers_with_its_id(*envelope);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check_one(body);
  const auto document = json::parse(body, limits);
  const auto batch = read_batch(body, 100, limits);
  if (!batch) {
    must(!batch.error().message().empty());
    must(!document || !document->is_array() || document->size() == 0 || document->size() > 100);
    return 0;
  }
  must(!batch->empty() && batch->size() <= 100);
  if (!document) return 0;  // for the digits of an id, or for what all have together
  must(document->is_array() && document->size() == batch->size());
  for (std::size_t i = 0; i < batch->size(); ++i) {
    const auto& envelope = (*batch)[i];
    must(envelope.has_value() || envelope.error().code() == Errc::invalid_request);
    must(!envelope || (*document)[i].is_object());
    if (envelope) agrees_with_document(*envelope, (*document)[i]);
  }
  return 0;
}
