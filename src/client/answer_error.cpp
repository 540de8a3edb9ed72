#include "client/answer_error.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "model/error_table.hpp"

namespace p2p {
namespace {

/// A status without a name of ours, as of a newer node.
Errc errc_of_status(int status) {
  for (const ErrorEntry& entry : error_table())
    if (entry.http_status == status) return entry.code;
  return status >= 500 ? Errc::internal : Errc::invalid_request;
}

std::string text_of(const Value& value) { return value.is_string() ? value.as_string() : std::string(); }

std::unexpected<Error> no_node(const ClientAnswer& answer, const std::string& place) {
  std::string_view type = answer.field("content-type");
  return fail(
      Errc::node_unreachable, place + " does not answer as a node",
      Value{{"cause", fmt::format("it said {} with {}", answer.status,
                                  type.empty() ? "no content type" : type.substr(0, 80))},
            {"hint", "is the port right? A node says X-P2P-Api: curl -i http://" + place + "/health"}});
}

}  // namespace

Result<Value> read_answer(std::string_view text) {
  return json::parse(text, {.depth = 200, .values = 10'000'000, .string = 64 * 1024 * 1024});
}

Error error_of(const Value& problem, int status) {
  const Value& body = problem["data"].is_object() ? problem["data"] : problem;  // an envelope's error object
  const auto named = errc_of_name(text_of(body["code"]));
  std::string message = text_of(body["detail"]);
  if (message.empty()) message = text_of(problem["message"]);
  if (message.empty()) message = text_of(body["title"]);
  Value detail = Value::object();
  static constexpr std::string_view ours[] = {"type", "title", "status", "detail", "code", "rpc_code"};
  if (body.is_object())
    for (const Member& member : body.as_object())
      if (std::ranges::find(ours, member.first) == std::end(ours)) detail.set(member.first, member.second);
  return {named.value_or(errc_of_status(status)), std::move(message), std::move(detail)};
}

Result<Value> document_of(const ClientAnswer& answer, const std::string& place) {
  Result<Value> document = read_answer(answer.body);
  if (!document && document.error().code() == Errc::too_large) return document;
  if (!document) return no_node(answer, place);
  const Value& error = (*document)["error"];
  if (answer.status >= 400 || error.is_object()) {
    const Value& told = error.is_object() ? error : *document;
    if (!told.is_object() || (told["code"].is_null() && told["message"].is_null()))
      return no_node(answer, place);
    return fail(error_of(told, answer.status));
  }
  return document;
}

}  // namespace p2p
