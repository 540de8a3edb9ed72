// Envelope: the JSON-RPC object around a call, in and out.
//
// A member that stands twice is refused: what is authorized by the first and run by the second would be a
// hole. Unknown members are passed over.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "model/call.hpp"

namespace p2p {

struct Envelope {
  std::optional<Value> jsonrpc, method, params, id, target, timeout_ms;
  std::string id_text;  ///< of a number that a Value would change: as it was written

  [[nodiscard]] bool is_2_0() const { return jsonrpc.has_value(); }
};

/// Reads an envelope; empty text is the empty object. parse_error, or invalid_request for a repeated member.
[[nodiscard]] Result<Envelope> read_envelope(std::string_view body, const json::Limits& limits);
/// The envelopes of a batch, each read once: those that are none are errors of their own. An error for all
/// when the text is no JSON, no array, empty, or has more than `most` items.
[[nodiscard]] Result<std::vector<Result<Envelope>>> read_batch(std::string_view array, std::size_t most,
                                                               const json::Limits& limits);

/// What holds for every envelope: `jsonrpc` is "2.0" or absent, `id` is a string (up to 256 bytes), a number
/// or null, `params` an object or an array, `target` a string, `timeout_ms` 1 to 600000.
[[nodiscard]] Result<void> check_envelope(const Envelope& envelope);

/// The `method` member must agree with the path: "ping", "system/ping" and "system.ping" do for system/ping.
[[nodiscard]] Result<void> check_method_agrees(const Envelope& envelope, const MethodPath& path);

enum class EnvelopeShape {
  seed,
  v2
};  ///< {"result","error","id"}, always all three; or JSON-RPC 2.0: one of two

/// What an answer says under `id`: the request's, unchanged however many digits it has.
struct EnvelopeId {
  Value value;
  std::string text;  ///< not empty: in place of the value

  [[nodiscard]] static EnvelopeId of(const Envelope& envelope) {
    return {envelope.id ? *envelope.id : Value(), envelope.id_text};
  }
};

void write_result(EnvelopeShape shape, const Value& result, const EnvelopeId& id, std::string_view extra,
                  std::string& out);
void write_error(EnvelopeShape shape, const Value& error, const EnvelopeId& id, std::string& out);

}  // namespace p2p
