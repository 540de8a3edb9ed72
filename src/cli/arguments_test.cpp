#include "cli/arguments.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "node/version.hpp"

namespace p2p {
namespace {

using Verb = Arguments::Verb;

Result<Arguments> read(std::vector<const char*> words, Config environment = {}) {
  words.insert(words.begin(), "p2p_admin");
  return read_arguments(static_cast<int>(words.size()), words.data(), std::move(environment));
}

Arguments taken(std::vector<const char*> words, Config environment = {}) {
  Result<Arguments> arguments = read(std::move(words), std::move(environment));
  EXPECT_TRUE(arguments) << arguments.error().message();
  return arguments ? *std::move(arguments) : Arguments{};
}

/// "what | hint" of a command line that cannot be understood.
std::string refused(std::vector<const char*> words) {
  const Result<Arguments> arguments = read(std::move(words));
  EXPECT_FALSE(arguments) << "was taken";
  if (arguments) return {};
  EXPECT_EQ(arguments.error().code(), Errc::invalid_params);
  const Value& hint = arguments.error().detail()["hint"];
  return arguments.error().message() + " | " + (hint.is_string() ? hint.as_string() : "");
}

constexpr const char* golden = R"(p2p_admin 1.0.0 - administration of distributed services

Usage: p2p_admin <command> [options]

Run a node
  coordinator          run a coordinator (default 127.0.0.1:8001)
  worker               run a worker and look for its coordinator

  version              print the version
  help [COMMAND]       this text, or that of a command

Examples
  p2p_admin coordinator --verbose
  p2p_admin worker --coord 127.0.0.1:8001 --port 8002

Exit codes: 0 ok, 1 failed, 2 usage, 78 node refused to start, 130 interrupted.
)";

TEST(Help, is_the_same_text_for_help_and_its_options) {
  ASSERT_EQ(product_version, "1.0.0") << "the golden text names it";
  for (const char* word : {"help", "--help", "-h"}) {
    const Arguments arguments = taken({word});
    EXPECT_EQ(arguments.verb, Verb::help) << word;
    EXPECT_EQ(arguments.help, golden) << word;
    EXPECT_EQ(arguments.help_exit, 0) << word;
  }
}

TEST(Help, is_what_one_gets_without_a_command_but_as_a_mistake_of_usage) {
  const Arguments arguments = taken({});
  EXPECT_EQ(arguments.verb, Verb::help);
  EXPECT_EQ(arguments.help, golden);
  EXPECT_EQ(arguments.help_exit, 2);
}

TEST(Help, of_a_command_shows_its_options_in_either_way_of_asking) {
  const std::string asked = taken({"help", "worker"}).help;
  EXPECT_EQ(taken({"worker", "--help"}).help, asked);
  EXPECT_EQ(taken({"worker", "-h"}).help, asked);
  for (const char* option :
       {"--coord", "--port", "--services-dir", "--state-dir", "--log-level", "--verbose", "--ready-fd"})
    EXPECT_NE(asked.find(option), std::string::npos) << option << " is not in\n" << asked;
  EXPECT_EQ(taken({"help", "coordinator"}).help.find("--coord,"), std::string::npos)
      << "a coordinator has none";
}

TEST(Help, of_an_unknown_command_is_refused) {
  EXPECT_EQ(refused({"help", "fly"}), "no command fly | p2p_admin help");
}

TEST(Arguments, version_is_a_command) { EXPECT_EQ(taken({"version"}).verb, Verb::version); }

TEST(Arguments, the_seeds_coordinator_line_works_as_it_stands) {
  const Arguments arguments = taken({"coordinator", "--verbose"});
  EXPECT_EQ(arguments.verb, Verb::coordinator);
  EXPECT_EQ(arguments.config.role, "coordinator");
  EXPECT_EQ(arguments.config.log_level, LogLevel::debug);
  EXPECT_FALSE(arguments.config.port) << "the default of the role is the node's business";
}

TEST(Arguments, the_seeds_worker_line_works_as_it_stands) {
  const Arguments arguments = taken({"worker", "--coord", "127.0.0.1:8001", "--port", "8002"});
  EXPECT_EQ(arguments.verb, Verb::worker);
  EXPECT_EQ(arguments.config.role, "worker");
  EXPECT_EQ(arguments.config.coordinators, std::vector<std::string>{"127.0.0.1:8001"});
  EXPECT_EQ(arguments.config.port, 8002);
}

TEST(Arguments, a_worker_takes_several_coordinators_as_a_list_or_one_by_one) {
  const std::vector<std::string> both{"a:1", "b:2"};
  EXPECT_EQ(taken({"worker", "--coord", "a:1,b:2", "--port", "8002"}).config.coordinators, both);
  EXPECT_EQ(taken({"worker", "--coord", "a:1", "--coord", "b:2"}).config.coordinators, both);
  EXPECT_EQ(taken({"worker", "--coord=a:1", "--coordinator", "b:2"}).config.coordinators, both);
}

TEST(Arguments, a_worker_without_a_coordinator_looks_for_the_default_one) {
  EXPECT_EQ(taken({"worker"}).config.coordinators, std::vector<std::string>{"127.0.0.1:8001"});
}

TEST(Arguments, a_flag_goes_before_the_environment_and_the_environment_stays_without_one) {
  Config environment;
  environment.services_dir = "/from/environment";
  environment.state_dir = "/state";
  environment.log_level = LogLevel::warn;
  const Config config =
      taken({"coordinator", "--services-dir", "here", "--address", "127.0.0.2", "--name", "n1"},
            std::move(environment))
          .config;
  EXPECT_EQ(config.services_dir, "here");
  EXPECT_EQ(config.state_dir, "/state");
  EXPECT_EQ(config.log_level, LogLevel::warn);
  EXPECT_EQ(config.address, "127.0.0.2");
  EXPECT_EQ(config.node_id, "n1");
}

TEST(Arguments, port_0_is_a_port_and_no_absence) {
  EXPECT_EQ(taken({"coordinator", "--port", "0"}).config.port, 0);
}

TEST(Arguments, values_out_of_range_or_of_no_kind_are_refused) {
  EXPECT_NE(refused({"coordinator", "--port", "65536"}).find("--port"), std::string::npos);
  EXPECT_NE(refused({"coordinator", "--port", "-1"}).find("--port"), std::string::npos);
  EXPECT_NE(refused({"coordinator", "--port", "http"}).find("--port"), std::string::npos);
  EXPECT_NE(refused({"coordinator", "--port"}).find("--port"), std::string::npos);
  EXPECT_NE(refused({"coordinator", "--log-format", "xml"}).find("--log-format"), std::string::npos);
  EXPECT_NE(refused({"coordinator", "--log-level", "loud"}).find("loud"), std::string::npos);
}

TEST(Arguments, a_mistyped_command_gets_the_nearest_one) {
  EXPECT_EQ(refused({"coordinater"}),
            "unknown command coordinater | did you mean coordinator?   (p2p_admin help)");
  EXPECT_EQ(refused({"workr", "--port", "1"}).substr(0, 22), "unknown command workr ");
  EXPECT_EQ(refused({"fly"}), "unknown command fly | p2p_admin help");
}

TEST(Arguments, a_mistyped_option_gets_the_nearest_one_of_its_command) {
  EXPECT_EQ(refused({"coordinator", "--verbos"}),
            "unknown option --verbos | did you mean --verbose?   (p2p_admin help coordinator)");
  EXPECT_EQ(refused({"worker", "--port", "8002", "--cord=a:1"}),
            "unknown option --cord=a:1 | did you mean --coord?   (p2p_admin help worker)");
  EXPECT_EQ(refused({"coordinator", "--xyzzy"}), "unknown option --xyzzy | p2p_admin help coordinator");
}

TEST(Arguments, a_coordinator_has_no_coordinator) {
  EXPECT_TRUE(refused({"coordinator", "--coord", "127.0.0.1:8001"}).starts_with("unknown option --coord"));
}

TEST(Arguments, a_secret_cannot_be_given_where_others_see_it) {
  EXPECT_TRUE(
      refused({"coordinator", "--jwt-secret-key", "x"}).starts_with("unknown option --jwt-secret-key"));
}

TEST(Arguments, a_word_too_many_is_refused) {
  EXPECT_TRUE(refused({"coordinator", "8001"}).starts_with("unexpected argument 8001"));
}

}  // namespace
}  // namespace p2p
