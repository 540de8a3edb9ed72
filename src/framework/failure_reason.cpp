#include "framework/failure_reason.hpp"

namespace p2p {

std::string FailureReason::text() const {
  std::string text = step + ": ";
  if (!file.empty())
    text += file + (line > 0 ? ':' + std::to_string(line) + ':' + std::to_string(column) : "") + ": ";
  text += message;
  if (!log.empty()) text += " (log " + log + " in the state directory)";
  return text;
}

Value FailureReason::value() const {
  Value reason{{"step", step}};
  if (!file.empty()) reason.set("file", file);
  if (line > 0) reason.set("line", line).set("column", column);
  if (!log.empty()) reason.set("log", log);
  reason.set("message", message);
  return reason;
}

}  // namespace p2p
