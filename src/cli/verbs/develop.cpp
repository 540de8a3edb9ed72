// new service, lint: for authors of services. No node is asked.
#include <filesystem>

#include "cli/complaint.hpp"
#include "cli/local_config.hpp"
#include "cli/verbs/verbs.hpp"
#include "hosting/folder_check.hpp"
#include "hosting/lint.hpp"
#include "hosting/new_service.hpp"
#include "hosting/service_description.hpp"

namespace p2p {
namespace {

Value document(const NewService& made, const std::string& name) {
  Value files = Value::array();
  for (const std::string& file : made.files) files.push_back(file);
  return Value{{"service", name}, {"folder", made.folder}, {"files", std::move(files)}};
}

void show(const NewService& made, const std::string& name, World& world) {
  if (is_document(world.output)) return print_document(world.terminal, world.output, document(made, name));
  if (world.output == Output::name) return world.terminal.out(made.folder + '\n');
  for (const std::string& file : made.files) world.terminal.out(file + '\n');
}

void advise(const NewService& made, const std::string& name, const std::string& services, World& world) {
  if (!made.warning.empty())
    world.terminal.err("warning: a node does not load it from there: " + made.warning + '\n');
  if (made.made_services) world.terminal.say("the folder " + services + " is new\n");
  world.terminal.say("a node that serves " + services + " compiles it now; then:\n  p2p_admin call " + name +
                     ".greet name=you\n  p2p_admin lint " + quoted_for_shell(made.folder) + '\n');
}

std::string temporary_root() {
  std::error_code error;
  const auto folder = std::filesystem::temp_directory_path(error);
  return error ? "/tmp" : folder.string();
}

LintOrder order_for(const Invocation& said, const Config& config) {
  LintOrder order;
  order.folder = said.text("DIR");
  order.temporary = temporary_root();
  order.setup.compiler = order.compiler.program = config.compiler;
  order.compiler.timeout = config.compile_timeout;
  order.setup.sdk_include = config.sdk_include;
  order.setup.sdk_library = config.sdk_library;
  order.setup.extra_flags = flags_of_this_program();
  order.describer = {"/proc/self/exe", std::string(describe_verb)};
  return order;
}

void show(const LintReport& report, World& world) {
  if (is_document(world.output)) return print_document(world.terminal, world.output, report.value());
  if (world.output != Output::name) return world.terminal.out(report.text());
  if (report.description.is_null()) return;
  for (const Value& method : report.description["methods"].as_array())
    world.terminal.out(report.service + '.' + method["name"].as_string() + '\n');
}

}  // namespace

Result<int> new_service(const Invocation& said, World& world) {
  const Result<Config> config = local_config();
  if (!config) return fail(config.error());
  const std::string name = said.text("NAME"), services = said.text("dir", config->services_dir);
  const Result<NewService> made = make_service(services, name, cpp_template(name));
  if (!made) return fail(made.error());
  show(*made, name, world);
  advise(*made, name, services, world);
  return 0;
}

Result<int> lint_service(const Invocation& said, World& world) {
  const Result<Config> config = local_config();
  if (!config) return fail(config.error());
  if (config->sdk_include.empty())
    return fail(Errc::unavailable, "the SDK is not beside this program: services in C++ cannot be compiled",
                {{"hint", "./run build, or install the package p2p-admin-dev"}});
  const LintReport report = lint(order_for(said, *config));
  if (report.interrupted)
    return fail(Errc::cancelled, "interrupted; nothing is known of " + report.folder,
                {{"interrupted", true}});
  if (said.has("verbose")) world.terminal.say(report.build_log);
  show(report, world);
  return report.ok() ? 0 : 1;
}

int describe_library(const std::vector<std::string>& words) {
  if (words.size() != 5) return exit_usage;
  return describe_to_file({words[1], words[2], words[3], words[4]}) ? 0 : 1;
}

}  // namespace p2p
