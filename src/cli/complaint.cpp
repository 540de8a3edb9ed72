#include "cli/complaint.hpp"

#include "base/log.hpp"
#include "cli/terminal.hpp"
#include "model/error_table.hpp"

namespace p2p {
namespace {

/// What is shown of a text from outside: no escape sequence, one line for each of its lines.
std::string shown(std::string_view text, std::string_view indent) {
  std::string lines;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    lines += (lines.empty() ? "" : std::string(indent)) + escape_control(line) + '\n';
  }
  return lines.empty() ? "\n" : lines;
}

std::string told(const Value& value) { return value.is_string() ? value.as_string() : std::string(); }

/// "limit: must be >= 1, got 0"
std::string wrong_parameter(const Value& wrong) {
  std::string place = told(wrong["pointer"]);
  if (place.starts_with("#/")) place.erase(0, 2);
  return place + ": " + told(wrong["detail"]);
}

}  // namespace

int exit_code_of(const Error& error) {
  if (error.code() == Errc::cancelled && !error.detail()["interrupted"].is_null()) return exit_interrupted;
  return error_entry(error.code()).exit_code;
}

Value error_document(const Error& error) {
  const ErrorEntry& entry = error_entry(error.code());
  Value body{{"type", "/errors/" + std::string(entry.name)},
             {"title", entry.title},
             {"status", entry.http_status},
             {"detail", error.message()},
             {"code", entry.name}};
  if (entry.rpc_code != 0) body.set("rpc_code", entry.rpc_code);
  if (error.detail().is_object())
    for (const Member& member : error.detail().as_object())
      if (body.find(member.first) == nullptr) body.set(member.first, member.second);
  return Value{{"error", std::move(body)}};
}

int complain(Terminal& terminal, Output output, const Error& error) {
  if (is_document(output)) {
    print_document(terminal, output, error_document(error));
    return exit_code_of(error);
  }
  const std::string what =
      error.message().empty() ? std::string(error_entry(error.code()).title) : error.message();
  std::string block = terminal.paint_err(Colour::red, "error:") + ' ' + shown(what, "       ");
  const Value& detail = error.detail();
  if (const Value& errors = detail["errors"]; errors.is_array() && errors.size() > 1)
    for (const Value& wrong : errors.as_array())
      block += "       " + shown(wrong_parameter(wrong), "         ");
  if (const std::string cause = told(detail["cause"]); !cause.empty())
    block += "cause: " + shown(cause, "       ");
  if (const std::string hint = told(detail["hint"]); !hint.empty())
    block += "hint:  " + shown(hint, "       ");
  terminal.err(block);
  return exit_code_of(error);
}

}  // namespace p2p
