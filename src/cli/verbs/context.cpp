// context add | ls | use | rm | validate: names for clusters.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/complaint.hpp"
#include "cli/lists.hpp"
#include "cli/node_link.hpp"
#include "cli/secret_file.hpp"
#include "cli/verbs/verbs.hpp"

namespace p2p {
namespace {

constexpr Column columns[] = {
    {.title = "CONTEXT", .member = "name"},
    {.title = "CURRENT", .member = "current"},
    {.title = "COORD", .member = "coord", .least = 20},
    {.title = "TOKEN", .member = "token", .least = 20},
    {.title = "PROTECTED", .member = "protected", .drop = 1},
    {.title = "STATE", .member = "state", .cell = Cell::state},
};

std::string summary(const Value& document) { return counted(document["contexts"].size(), "context"); }
constexpr ListForm context_list{"contexts", "context ls", columns, &summary};

/// Where its token comes from; the token itself is never shown.
std::string token_words(const Context& context) {
  if (!context.token.empty()) return fmt::format("(set, {} characters)", context.token.size());
  return context.token_file.empty() ? "none" : context.token_file;
}

Value row_of(const Contexts& contexts, const Context& context) {
  return Value{{"name", context.name},
               {"current", context.name == contexts.current ? "yes" : "no"},
               {"coord", context.coord},
               {"token", token_words(context)},
               {"protected", context.is_protected ? "yes" : "no"}};
}

/// One call as this context: what the node is called, or why it cannot be reached.
Result<std::string> validate(World& world, const Context& context, const Invocation& said) {
  NodePlace place;
  place.coord = context.coord;
  place.context = context.name;
  Result<Secret> token = token_of(context);
  if (!token) return fail(token.error());
  place.token = *std::move(token);
  Result<std::unique_ptr<NodeLink>> link = NodeLink::open_at(said, world, std::move(place));
  if (!link) return fail(link.error());
  const Result<Value> status = (*link)->client().get("/cluster/status");
  if (!status) return fail(status.error());
  return cell_text(Cell::text, (*status)["self_node_id"], {});
}

/// A context is used from other folders than it was made in.
std::string absolute(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error).lexically_normal();
  return path.empty() || error ? path : whole.string();
}

Result<Context> described(const Invocation& said) {
  Context context;
  context.name = said.text("NAME");
  if (!is_context_name(context.name))
    return fail(Errc::invalid_params, "'" + context.name + "' is no name for a context",
                Value{{"hint", "letters, digits, - _ and ., at most 64"}});
  context.coord = said.text("coord");
  if (context.coord.empty())
    return fail(Errc::invalid_params, "context add: --coord is missing",
                Value{{"hint", fmt::format("p2p_admin context add {} --coord HOST:PORT", context.name)}});
  context.ca = absolute(said.text("ca"));
  context.is_protected = said.has("protected");
  context.token_file = absolute(said.text("token-file"));
  if (said.has("token-stdin") && said.has("token-file"))
    return fail(Errc::invalid_params, "--token-stdin and --token-file do not go together");
  if (said.has("token-stdin")) {
    Result<Secret> token = read_secret_file("-");
    if (!token) return fail(token.error());
    context.token = *std::move(token);
  }
  return context;
}

}  // namespace

Result<int> add_context(const Invocation& said, World& world) {
  Result<Context> context = described(said);
  if (!context) return fail(context.error());
  Result<Contexts> contexts = read_contexts(world.environment.config_dir);
  if (!contexts) return fail(contexts.error());
  if (contexts->find(context->name))
    return fail(Errc::conflict, fmt::format("there is a context '{}' already", context->name),
                Value{{"hint", "p2p_admin context rm " + context->name}});
  const Result<std::string> node = validate(world, *context, said);
  if (!node) return fail(node.error());
  world.terminal.say(fmt::format("{} on {} answers\n", *node, context->coord));
  if (contexts->current.empty()) contexts->current = context->name;
  contexts->all.push_back(*std::move(context));
  if (auto written = write_contexts(world.environment.config_dir, *contexts); !written)
    return fail(written.error());
  return 0;
}

Result<int> list_contexts(const Invocation&, World& world) {
  const Result<Contexts> contexts = read_contexts(world.environment.config_dir);
  if (!contexts) return fail(contexts.error());
  Value rows = Value::array();
  for (const Context& context : contexts->all) rows.push_back(row_of(*contexts, context));
  const std::size_t total = rows.size();
  show_list(world, context_list, Value{{"contexts", std::move(rows)}, {"total", total}});
  return 0;
}

Result<int> use_context(const Invocation& said, World& world) {
  Result<Contexts> contexts = read_contexts(world.environment.config_dir);
  if (!contexts) return fail(contexts.error());
  const Result<const Context*> context = contexts->find(said.text("NAME"));
  if (!context) return fail(context.error());
  const Result<std::string> node = validate(world, **context, said);
  if (!node) return fail(node.error());
  world.terminal.say(fmt::format("{} on {} answers\n", *node, (*context)->coord));
  contexts->current = (*context)->name;
  if (auto written = write_contexts(world.environment.config_dir, *contexts); !written)
    return fail(written.error());
  return 0;
}

Result<int> remove_context(const Invocation& said, World& world) {
  Result<Contexts> contexts = read_contexts(world.environment.config_dir);
  if (!contexts) return fail(contexts.error());
  const Result<const Context*> context = contexts->find(said.text("NAME"));
  if (!context) return fail(context.error());
  const std::string name = (*context)->name;
  std::erase_if(contexts->all, [&](const Context& each) { return each.name == name; });
  if (contexts->current == name) contexts->current.clear();
  if (auto written = write_contexts(world.environment.config_dir, *contexts); !written)
    return fail(written.error());
  return 0;
}

Result<int> validate_contexts(const Invocation& said, World& world) {
  const Result<Contexts> contexts = read_contexts(world.environment.config_dir);
  if (!contexts) return fail(contexts.error());
  Value rows = Value::array();
  int code = 0;
  for (const Context& context : contexts->all) {
    if (said.has("NAME") && context.name != said.text("NAME")) continue;
    const Result<std::string> node = validate(world, context, said);
    if (!node && node.error().code() == Errc::cancelled) return fail(node.error());
    Value row = row_of(*contexts, context);
    row.set("state", node ? "ok" : "failed");
    if (node)
      row.set("node_id", *node);
    else
      row.set("reason", node.error().message());
    if (!node && code == 0) code = exit_code_of(node.error());
    rows.push_back(std::move(row));
  }
  if (said.has("NAME") && rows.size() == 0) return fail(contexts->find(said.text("NAME")).error());
  const ListForm form{"contexts", "context validate", columns, &summary, [](const Value& row) {
                        return row["reason"].is_null() ? std::string()
                                                       : cell_text(Cell::text, row["reason"], {});
                      }};
  const std::size_t total = rows.size();
  show_list(world, form, Value{{"contexts", std::move(rows)}, {"total", total}});
  return code;
}

}  // namespace p2p
