#include "cli/parser.hpp"

#include <gtest/gtest.h>

#include "cli/commands.hpp"
#include "cli/node_config.hpp"

namespace p2p {
namespace {

Invocation taken(const std::vector<std::string>& words) {
  Reading reading = read_command_line(words);
  EXPECT_FALSE(reading.error) << reading.error->message();
  return std::move(reading.said);
}

Result<Config> read_config(const std::vector<std::string>& words, Environment environment = {}) {
  Result<ConfigSources> sources = node_sources(taken(words), std::move(environment));
  if (!sources) return fail(sources.error());
  sources->files.clear();  // those of this machine are no part of a test
  return sources->read();
}

Config config(const std::vector<std::string>& words, Environment environment = {}) {
  Result<Config> made = read_config(words, std::move(environment));
  EXPECT_TRUE(made) << made.error().message();
  return made ? *std::move(made) : Config{};
}

/// "what | hint" of a command line that cannot be understood.
std::string refused(const std::vector<std::string>& words) {
  const Reading reading = read_command_line(words);
  EXPECT_TRUE(reading.error) << "was taken";
  if (!reading.error) return {};
  EXPECT_EQ(reading.error->code(), Errc::invalid_params);
  const Value& hint = reading.error->detail()["hint"];
  return reading.error->message() + " | " + (hint.is_string() ? hint.as_string() : "");
}

TEST(Parser, the_seeds_coordinator_line_works_as_it_stands) {
  const Config node = config({"coordinator", "--verbose"});
  EXPECT_EQ(node.role, "coordinator");
  EXPECT_EQ(node.log_level, LogLevel::debug);
  EXPECT_FALSE(node.port) << "the default of the role is the node's business";
}

TEST(Parser, the_seeds_worker_line_works_as_it_stands) {
  const Config node = config({"worker", "--coord", "127.0.0.1:8001", "--port", "8002"});
  EXPECT_EQ(node.role, "worker");
  EXPECT_EQ(node.coordinators, std::vector<std::string>{"127.0.0.1:8001"});
  EXPECT_EQ(node.port, 8002);
}

TEST(Parser, a_worker_takes_several_coordinators_as_a_list_or_one_by_one) {
  const std::vector<std::string> both{"a:1", "b:2"};
  EXPECT_EQ(config({"worker", "--coord", "a:1,b:2", "--port", "8002"}).coordinators, both);
  EXPECT_EQ(config({"worker", "--coord", "a:1", "--coord", "b:2"}).coordinators, both);
  EXPECT_EQ(config({"worker", "--coord=a:1", "--coordinator", "b:2"}).coordinators, both);
}

TEST(Parser, a_worker_without_a_coordinator_looks_for_the_default_one) {
  EXPECT_EQ(config({"worker"}).coordinators, std::vector<std::string>{"127.0.0.1:8001"});
}

TEST(Parser, a_flag_goes_before_the_environment_and_the_environment_stays_without_one) {
  Environment environment;
  environment.set("SERVICES_DIR", "/from/environment")
      .set("P2P_STATE_DIR", "/state")
      .set("P2P_LOG_LEVEL", "warn");
  const Config node =
      config({"coordinator", "--services-dir", "here", "--address", "127.0.0.2", "--name", "n1"},
             std::move(environment));
  EXPECT_EQ(node.services_dir, "here");
  EXPECT_EQ(node.state_dir, "/state");
  EXPECT_EQ(node.log_level, LogLevel::warn);
  EXPECT_EQ(node.address, "127.0.0.2");
  EXPECT_EQ(node.node_id, "n1");
}

TEST(Parser, port_0_is_a_port_and_no_absence) { EXPECT_EQ(config({"coordinator", "--port", "0"}).port, 0); }

TEST(Parser, values_out_of_range_or_of_no_kind_are_refused) {
  for (const char* port : {"65536", "-1", "http", "80x", "0x50"}) {
    const Result<Config> made = read_config({"coordinator", std::string("--port=") + port});
    ASSERT_FALSE(made) << port;
    EXPECT_EQ(made.error().message(),
              std::string("--port ") + port + ": must be a whole number from 0 to 65535");
  }
  EXPECT_EQ(refused({"coordinator", "--port"}), "--port needs a value | p2p_admin help coordinator");
  EXPECT_EQ(refused({"coordinator", "--log-format", "xml"}),
            "--log-format: 'xml' is none of text, json | write one of them");
  EXPECT_EQ(
      refused({"coordinator", "--log-level", "debg"}),
      "--log-level: 'debg' is none of trace, debug, info, warn, error | did you mean debug?   (write one of "
      "them)");
}

TEST(Parser, a_mistyped_command_gets_the_nearest_ones) {
  EXPECT_EQ(refused({"coordinater"}),
            "unknown command coordinater | did you mean coordinator?   (p2p_admin help)");
  EXPECT_EQ(refused({"workr", "--port", "1"}),
            "unknown command workr | did you mean worker?   (p2p_admin help)");
  EXPECT_EQ(refused({"fly"}), "unknown command fly | p2p_admin help");
}

TEST(Parser, a_mistyped_option_gets_the_nearest_ones_of_its_command) {
  EXPECT_EQ(refused({"coordinator", "--verbos"}),
            "unknown option --verbos | did you mean --verbose?   (p2p_admin help coordinator)");
  EXPECT_EQ(refused({"worker", "--port", "8002", "--cord=a:1"}),
            "unknown option --cord | did you mean --coord or --port?   (p2p_admin help worker)");
  EXPECT_EQ(refused({"coordinator", "--xyzzy"}), "unknown option --xyzzy | p2p_admin help coordinator");
}

TEST(Parser, a_coordinator_has_no_coordinator) {
  EXPECT_TRUE(refused({"coordinator", "--coord", "127.0.0.1:8001"}).starts_with("unknown option --coord"));
  EXPECT_EQ(refused({"--coord", "127.0.0.1:8001", "coordinator"}),
            "coordinator takes no --coord | p2p_admin help coordinator");
}

TEST(Parser, a_secret_cannot_be_given_where_others_see_it) {
  EXPECT_TRUE(
      refused({"coordinator", "--jwt-secret-key", "x"}).starts_with("unknown option --jwt-secret-key"));
}

TEST(Parser, a_word_too_many_is_refused) {
  EXPECT_EQ(refused({"coordinator", "8001"}), "unexpected argument 8001 | p2p_admin help coordinator");
}

TEST(Parser, what_is_common_stands_before_or_after_the_command) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"-o", "json", "version"},
                                                                 {"version", "-o", "json"},
                                                                 {"version", "-ojson"},
                                                                 {"--output=json", "version"}})
    EXPECT_EQ(taken(words).text("output"), "json");
}

TEST(Parser, parameters_of_a_method_are_words_and_never_options) {
  const Invocation said = taken({"call", "system.ping", "key=-1", "text=--foo", "a:=[1,2]", "-d", "-"});
  EXPECT_EQ(said.text("METHOD"), "system.ping");
  EXPECT_EQ(said.all("key=value"), (std::vector<std::string>{"key=-1", "text=--foo", "a:=[1,2]"}));
  EXPECT_EQ(said.text("data"), "-");
  EXPECT_EQ(refused({"call", "system.ping", "--count=3"}), "unknown option --count | write count=3");
  EXPECT_EQ(refused({"call", "system.ping", "--count", "3"}), "unknown option --count | write count=VALUE");
  EXPECT_EQ(refused({"call", "system.ping", "--nod=web"}),
            "unknown option --nod | did you mean --node?   (p2p_admin help call); a parameter of the method: "
            "write nod=web");
}

TEST(Parser, a_word_that_is_spelled_like_a_command_stays_an_argument) {
  EXPECT_EQ(taken({"methods", "nodes"}).text("METHOD"), "nodes");
  EXPECT_EQ(taken({"nodes", "logs"}).text("NODE"), "logs");
  EXPECT_EQ(taken({"service", "reload", "nodes"}).command, find_command("service reload"));
  EXPECT_EQ(taken({"service", "reload", "nodes"}).text("NAME"), "nodes");
  EXPECT_EQ(taken({"context", "rm", "context"}).text("NAME"), "context");
}

TEST(Parser, a_mistyped_verb_of_a_family_gets_the_nearest_one) {
  EXPECT_EQ(refused({"service", "relod", "x"}),
            "unknown command service relod | did you mean service reload?   (p2p_admin help service)");
  EXPECT_EQ(refused({"token", "shwo"}),
            "unknown command token shwo | did you mean token show?   (p2p_admin help token)");
}

TEST(Parser, what_a_command_needs_is_named_with_an_example) {
  EXPECT_EQ(refused({"call"}), "call: METHOD is missing | p2p_admin call system.get_system_info");
  EXPECT_EQ(refused({"service", "reload"}),
            "service reload: NAME is missing | p2p_admin service reload hello");
  EXPECT_EQ(refused({"completions", "tcsh"}), "SHELL: 'tcsh' is none of bash, zsh, fish | write one of them");
}

TEST(Parser, what_is_repeatable_is_kept_whole_and_of_the_rest_the_last_counts) {
  const Invocation said =
      taken({"--node", "a", "nodes", "--node", "b", "-o", "json", "--node=c", "-o", "yaml"});
  EXPECT_EQ(said.all("node"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(said.text("output"), "yaml");
}

TEST(Parser, asking_for_an_option_that_the_command_does_not_have_is_a_mistake_of_ours) {
  EXPECT_THROW((void)taken({"version"}).has("coord"), std::logic_error);
  EXPECT_NO_THROW((void)taken({"nodes"}).has("coord"));
}

TEST(Parser, an_error_keeps_what_was_read_besides) {
  const Reading reading = read_command_line({"version", "--bogus", "-o", "json"});
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.said.text("output"), "json");
}

TEST(Parser, help_is_asked_for_everywhere) {
  EXPECT_TRUE(taken({"-h"}).help);
  EXPECT_TRUE(taken({"--help", "worker"}).help);
  EXPECT_TRUE(taken({"worker", "-h"}).help);
  EXPECT_EQ(taken({"worker", "-h"}).command, find_command("worker"));
  EXPECT_TRUE(taken({"--version"}).version);
}

}  // namespace
}  // namespace p2p
