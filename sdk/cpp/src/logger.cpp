#define FMT_HEADER_ONLY 1  // hidden in this library: services and the node may use another fmt
#include <fmt/args.h>
#include <p2p/logger.hpp>
#include <p2p/service.hpp>

namespace p2p {
namespace {

void push(fmt::dynamic_format_arg_store<fmt::format_context>& store, const detail::LogArgument& argument) {
  using Kind = detail::LogArgument::Kind;
  switch (argument.kind) {
    case Kind::integer: store.push_back(argument.integer); return;
    case Kind::natural: store.push_back(argument.natural); return;
    case Kind::real: store.push_back(argument.real); return;
    case Kind::boolean: store.push_back(argument.boolean); return;
    case Kind::text: store.push_back(argument.text); return;
  }
}

}  // namespace

bool Logger::enabled(LogSeverity level) const noexcept {
  return service_->attached() && service_->runtime().log_enabled(level);
}

void Logger::format(LogSeverity level, std::string_view text, const detail::LogArgument* arguments,
                    std::size_t count, const LogField* fields, std::size_t field_count) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (std::size_t i = 0; i < count; ++i) push(store, arguments[i]);
  std::string line;
  try {
    line = fmt::vformat(text, store);
  } catch (const fmt::format_error& error) {  // `{:x}` for a string: the line matters more than its form
    line = std::string(text) + " (not formatted: " + error.what() + ")";
  }
  service_->runtime().log(level, line, fields, field_count);
}

}  // namespace p2p
