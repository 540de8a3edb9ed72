// health: is the node well? For probes: the exit code says it all.
#include <fmt/format.h>

#include "cli/cells.hpp"
#include "cli/complaint.hpp"
#include "cli/node_link.hpp"
#include "cli/verbs/verbs.hpp"
#include "client/answer_error.hpp"

namespace p2p {
namespace {

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

/// The checks of /readyz that fail, in one line.
std::string failed_checks(std::string_view lines) {
  std::string failed;
  for (; !lines.empty(); lines.remove_prefix(std::min(lines.size(), lines.find('\n') + 1)))
    if (lines.starts_with("[-]")) failed += (failed.empty() ? "" : "; ") + first_line(lines.substr(3));
  return failed;
}

struct Health {
  std::string text;
  Value document;
};

Result<Health> ready(NodeLink& link) {
  const Result<ClientAnswer> answer = link.client().ask({.target = "/readyz", .open = true});
  if (!answer) return fail(answer.error());
  if (answer->status == 200) return Health{link.client().place() + " is ready\n", Value{{"status", "ready"}}};
  if (answer->status != 503) return fail(document_of(*answer, link.client().place()).error());
  return fail(Error(Errc::unavailable, link.client().place() + " is not ready")
                  .with("cause", failed_checks(answer->body)));
}

Result<Health> healthy(NodeLink& link) {
  const Result<Value> document = link.client().get("/health", true);
  if (!document) return fail(document.error());
  if ((*document)["status"] != Value("healthy"))
    return fail(Errc::unavailable, link.client().place() + " does not say that it is healthy");
  const auto word = [&](const char* key) { return cell_text(Cell::text, (*document)[key], {}); };
  return Health{fmt::format("{} on {} is healthy: {}, {}\n", word("node_id"), link.client().place(),
                            word("role"), word("state")),
                *document};
}

}  // namespace

Result<int> check_health(const Invocation& said, World& world) {
  Result<std::unique_ptr<NodeLink>> link = NodeLink::open(said, world);
  if (!link) return fail(link.error());
  const Result<Health> well = said.has("ready") ? ready(**link) : healthy(**link);
  if (!well && (*link)->client().cancelled()) return fail(well.error());
  if (is_document(world.output)) {
    if (well)
      print_document(world.terminal, world.output, well->document);
    else
      complain(world.terminal, world.output, well.error());
    return well ? 0 : exit_unreachable;
  }
  if (said.has("verbose") && well) world.terminal.out(well->text);
  if (said.has("verbose") && !well) complain(world.terminal, Output::table, well.error());
  return well ? 0 : exit_unreachable;
}

}  // namespace p2p
