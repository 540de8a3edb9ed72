// doctor: what is wrong here, and how to mend it. Looks, asks, and changes nothing.
#include "cli/doctor/machine.hpp"
#include "cli/doctor/node.hpp"
#include "cli/doctor/programs.hpp"
#include "cli/environment.hpp"
#include "cli/local_config.hpp"
#include "cli/node_link.hpp"
#include "cli/verbs/verbs.hpp"
#include "node/version.hpp"

namespace p2p {
namespace {

constexpr std::uint16_t usual_ports[] = {8001, 8002, 8003};

void check_program(const Config& config, DoctorReport& report) {
  const std::string text = "p2p_admin " + std::string(product_version);
  if (config.sdk_include.empty())
    return report.warn("program", text + ", without its SDK: services in C++ cannot be compiled",
                       "install it whole: ./run build, or the package p2p-admin-dev");
  report.ok("program", text + ", SDK in " + config.sdk_include);
}

/// Each mistake is a line of its own.
void tell_mistakes(const Error& error, DoctorReport& report) {
  constexpr std::string_view name = "configuration";
  const Value& hint = error.detail()["hint"];
  const std::string repair = hint.is_string() ? hint.as_string() : "correct it";
  const Value& errors = error.detail()["errors"];
  if (!errors.is_array() || errors.size() == 0) return report.fail(name, error.message(), repair);
  for (const Value& mistake : errors.as_array())
    report.fail(name, mistake["pointer"].as_string() + ": " + mistake["detail"].as_string(), repair);
}

/// The settings that a node started here would have; what cannot be read is told, and the rest looked at.
struct Settings {
  Config config;
  bool sound = false;
};

Settings settings(const Invocation& said, DoctorReport& report) {
  Result<Config> found = local_config();
  const bool sound = found.has_value();
  Config config;
  if (sound) {
    config = *std::move(found);
    report.ok("configuration", "can be read, nothing in it is wrong");
  } else {
    tell_mistakes(found.error(), report);
    find_sdk(config);
  }
  config.state_dir = said.text("state-dir", config.state_dir);
  config.services_dir = said.text("services-dir", config.services_dir);
  return {std::move(config), sound};
}

void check_machine(const Settings& found, DoctorReport& report) {
  const Config& config = found.config;
  if (!config.state_dir.empty()) {
    check_state_dir(config.state_dir, report);
    check_space(config.state_dir, report);
  }
  check_services_dir(config.services_dir, report);
  if (found.sound) check_secret_strength(config.jwt_secret, report);  // else it may be what is wrong
  if (!config.port)
    check_ports(config.address, usual_ports, report);
  else if (*config.port != 0)  // 0: whichever is free
    check_ports(config.address, {&*config.port, 1}, report);
  check_open_files(report);
}

/// As names: the checks that are not well.
void show(const DoctorReport& report, World& world) {
  if (world.output == Output::ndjson) {
    const Value document = report.value();
    for (const Value& check : document["checks"].as_array())
      print_document(world.terminal, world.output, check);
    return;
  }
  if (is_document(world.output)) return print_document(world.terminal, world.output, report.value());
  if (world.output != Output::name) return world.terminal.out(report.text(world.terminal));
  for (const DoctorLine& line : report.lines())
    if (line.level != DoctorLine::Level::ok) world.terminal.out(line.check + '\n');
}

}  // namespace

Result<int> run_doctor(const Invocation& said, World& world) {
  DoctorReport report;
  Loop loop(world.clock, nullptr);
  const Settings found = settings(said, report);
  const Config& config = found.config;
  check_program(config, report);
  check_machine(found, report);
  check_compiler(loop, config.compiler, report);
  check_redis(config.redis_url, report);
  const auto link = NodeLink::open(said, world);
  if (!link) return fail(link.error());
  check_node((*link)->client(), report);
  show(report, world);
  return report.count(DoctorLine::Level::fail) == 0 ? 0 : 1;
}

}  // namespace p2p
