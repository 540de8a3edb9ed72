// call: runs a method. The result on stdout, where and how long on stderr.
#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/asking.hpp"
#include "cli/call_parameters.hpp"
#include "cli/call_target.hpp"
#include "cli/cells.hpp"
#include "cli/complaint.hpp"
#include "cli/method_hint.hpp"
#include "cli/node_link.hpp"
#include "cli/verbs/verbs.hpp"
#include "client/method_call.hpp"

namespace p2p {
namespace {

constexpr std::int64_t most_repeats = 1'000'000;

/// The result as data: JSON unless another format was asked for, so that `| jq` works as it is.
void show_result(World& world, const Value& result) {
  if (world.output == Output::ndjson && result.is_array()) {
    for (const Value& item : result.as_array()) print_document(world.terminal, Output::ndjson, item);
  } else if (world.output == Output::name) {
    const Value list = result.is_array() ? result : Value::array({result});
    for (const Value& item : list.as_array())
      world.terminal.out((item.is_string() ? item.as_string() : json::dump(item)) + '\n');
  } else {
    print_document(world.terminal, world.output, result);
  }
}

void tell(const Invocation& said, World& world, const CallOutcome& outcome) {
  std::string line = fmt::format("{}, {}, {}", outcome.node.empty() ? "-" : outcome.node,
                                 outcome.path.empty() ? "-" : outcome.path,
                                 text_of_milliseconds(milliseconds(outcome.took)));
  if (!outcome.age.empty()) line += ", " + outcome.age + " s old";
  if (said.has("trace")) line += ", trace " + outcome.trace_id;
  world.terminal.say(line + '\n');
}

void tell_all(World& world, std::vector<double> times) {
  if (times.size() < 2) return;
  std::ranges::sort(times);
  world.terminal.say(
      fmt::format("{} calls: min {}, median {}, max {}\n", times.size(), text_of_milliseconds(times.front()),
                  text_of_milliseconds(times[times.size() / 2]), text_of_milliseconds(times.back())));
}

/// A method that streams shows its items as they come.
void take_stream(MethodCall& call, World& world, bool verbose, std::size_t& items) {
  if (world.output != Output::ndjson) return;
  call.on_item = [&world, &items](const Value& item) {
    ++items;
    print_document(world.terminal, Output::ndjson, item);
    return !world.terminal.closed();
  };
  if (!verbose && !world.terminal.facts().err_is_terminal) return;
  call.on_progress = [&world](const Value& at) {
    world.terminal.say(
        "progress: " + (at["text"].is_string() ? cell_text(Cell::text, at["text"], {}) + ' ' : "") +
        json::dump(at["value"]) + '\n');
  };
}

/// An error that came with a trace: it leads to the lines in the log.
Error with_trace_shown(const Invocation& said, Error error) {
  if (said.has("trace") && error.detail()["trace_id"].is_string() && error.detail()["cause"].is_null())
    error.with("cause", "trace " + error.detail()["trace_id"].as_string());
  return error;
}

}  // namespace

Result<int> call(const Invocation& said, World& world) {
  const auto repeat = said.number("repeat", 1, 1, most_repeats);
  if (!repeat) return fail(repeat.error());
  Result<std::unique_ptr<NodeLink>> link = NodeLink::open(said, world);
  if (!link) return fail(link.error());
  P2PClient& client = (*link)->client();
  MethodCall call{.method = said.text("METHOD"), .no_cache = said.has("no-cache")};
  Result<Value> parameters = call_parameters(said, [&] { return look_at_method(client, call.method); });
  if (!parameters) return fail(parameters.error());
  call.params = *std::move(parameters);
  Result<CallTarget> target = target_of(said, client);
  if (!target) return fail(target.error());
  if (target->nothing_matched) {
    world.terminal.say("no node matches\n");
    return said.has("allow-empty") ? 0 : exit_nothing_matched;
  }
  call.target = target->text;
  if (auto agreed = agree(said, world, **link, call.method); !agreed) return fail(agreed.error());
  std::size_t items = 0;
  take_stream(call, world, said.has("verbose"), items);
  std::vector<double> times;
  for (std::int64_t i = 0; i < *repeat; ++i) {
    const Result<CallOutcome> outcome = call_method(client, call);
    if (!outcome) {
      tell_all(world, std::move(times));
      Error error = with_trace_shown(said, with_method_hint(client, call.method, outcome.error()));
      if (items == 0) return fail(std::move(error));
      return complain(world.terminal, Output::table, error);  // stdout holds items and nothing else
    }
    if (!outcome->streamed) show_result(world, outcome->result);
    tell(said, world, *outcome);
    times.push_back(milliseconds(outcome->took));
    if (world.terminal.closed()) return 0;
  }
  tell_all(world, std::move(times));
  return 0;
}

}  // namespace p2p
