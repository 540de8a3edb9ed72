#include "client/method_call.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "client/answer_error.hpp"
#include "model/method_path.hpp"

namespace p2p {
namespace {

constexpr std::string_view lines_type = "application/x-ndjson";
constexpr std::chrono::milliseconds longest{600'000}, travel{250};

Result<ClientQuestion> question_of(P2PClient& client, const MethodCall& call) {
  const Result<MethodPath> path = MethodPath::parse(call.method);
  if (!path)
    return fail(Error(Errc::invalid_params, "'" + call.method + "' names no method")
                    .with("hint", "write service.method; 'p2p_admin methods' lists them"));
  Value envelope{{"params", call.params}, {"id", 1}};
  if (!call.target.empty()) envelope.set("target", call.target);
  if (const auto left = client.time_left())  // a little less than ours, so that the node says why
    envelope.set("timeout_ms", std::clamp(*left - travel, std::chrono::milliseconds(1), longest).count());
  ClientQuestion question{.method = "POST", .target = "/rpc/" + path->text(), .body = json::dump(envelope)};
  if (call.no_cache) question.headers += "Cache-Control: no-cache\r\n";
  if (call.on_item) question.headers += fmt::format("Accept: {}, application/json;q=0.5\r\n", lines_type);
  return question;
}

/// The lines of a streamed result: items, progress, and the envelope that ends it.
class StreamedCall {
 public:
  explicit StreamedCall(const MethodCall& call) : call_(call) {}

  bool take(std::string_view line) {
    Result<Value> read = read_answer(line);
    if (!read) fault_ = read.error();
    if (!read) return false;
    if (const Value* item = read->find("item")) return call_.on_item(*item);
    if (const Value* progress = read->find("progress")) {
      if (call_.on_progress) call_.on_progress(*progress);
      return true;
    }
    envelope_ = *std::move(read);
    return true;
  }
  /// What the stream came to. A stream without its envelope was cut.
  [[nodiscard]] Result<Value> end(int status, const std::string& place) const {
    if (fault_) return fail(*fault_);
    if (!envelope_) return fail(Errc::node_unreachable, place + " broke off its answer");
    if ((*envelope_)["error"].is_object()) return fail(error_of((*envelope_)["error"], status));
    return *envelope_;
  }

 private:
  const MethodCall& call_;
  std::optional<Error> fault_;
  std::optional<Value> envelope_;
};

}  // namespace

Result<CallOutcome> call_method(P2PClient& client, const MethodCall& call) {
  if (auto token = client.authorization(); !token) return fail(token.error());  // before the time is taken
  const Result<ClientQuestion> question = question_of(client, call);
  if (!question) return fail(question.error());
  StreamedCall streamed(call);
  const Clock& clock = client.loop().clock();
  const Instant asked = clock.now();
  const Result<ClientAnswer> answer =
      call.on_item
          ? client.follow(*question, lines_type, [&](std::string_view line) { return streamed.take(line); })
          : client.ask(*question);
  if (!answer) return fail(answer.error());
  const bool was_stream =
      call.on_item && answer->status < 400 && answer->field("content-type").starts_with(lines_type);
  Result<Value> envelope =
      was_stream ? streamed.end(answer->status, client.place()) : document_of(*answer, client.place());
  if (!envelope) return fail(envelope.error());
  CallOutcome outcome;
  outcome.took = clock.now() - asked;
  outcome.result = (*envelope)["result"];
  outcome.node = answer->field("x-p2p-node");
  outcome.path = answer->field("x-p2p-path");
  outcome.trace_id = answer->field("x-trace-id");
  outcome.age = answer->field("age");
  outcome.streamed = was_stream && outcome.result.is_null();  // of another method the envelope holds it
  return outcome;
}

}  // namespace p2p
