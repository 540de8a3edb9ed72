#include <cerrno>

#include "cli/complaint.hpp"
#include "cli/golden_test.hpp"
#include "cli/program.hpp"

namespace p2p {
namespace {

struct Ran {
  int code = 0;
  std::string out, err;
};

Ran run(const std::vector<std::string>& words, ClientEnvironment environment = {}, Terminal::Facts facts = {},
        int fails_with = 0) {
  const SystemClock clock;
  test::KeptTerminal terminal(facts);
  terminal.fails_with = fails_with;
  World world{terminal, environment, clock};
  const int code = run_program(words, world);
  return {code, terminal.out_text, terminal.err_text};
}

/// "auto", "always", "never" and the two variables: whether an error is red.
bool red(const std::vector<std::string>& more, ClientEnvironment environment, bool terminal) {
  std::vector<std::string> words{"help", "zzz"};
  words.insert(words.end(), more.begin(), more.end());
  return run(words, std::move(environment), {.err_is_terminal = terminal}).err.contains('\x1b');
}

TEST(Colour, goes_where_it_is_wanted_only) {
  const ClientEnvironment none, no_color{.no_color = true}, force{.force_color = true},
      both{.no_color = true, .force_color = true};
  EXPECT_TRUE(red({}, none, true));
  EXPECT_FALSE(red({}, none, false)) << "no escape sequence without a terminal";
  EXPECT_FALSE(red({}, no_color, true));
  EXPECT_TRUE(red({}, force, false));
  EXPECT_FALSE(red({}, both, true)) << "NO_COLOR goes first";
  EXPECT_TRUE(red({"--color=always"}, no_color, false)) << "a flag goes before the environment";
  EXPECT_FALSE(red({"--color=never"}, force, true));
  EXPECT_FALSE(red({"--color=auto"}, force, false));
}

TEST(Program, whose_reader_went_away_ends_quietly) {
  const Ran ran = run({"help"}, {}, {}, EPIPE);
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
}

TEST(Program, that_cannot_write_says_so) {
  const Ran ran = run({"version"}, {}, {}, ENOSPC);
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, "error: cannot write to standard output: No space left on device\n");
}

TEST(Program, says_its_version_in_three_ways) {
  for (const char* word : {"version", "--version"}) EXPECT_EQ(run({word}).out, "p2p_admin 1.0.0\n") << word;
  EXPECT_EQ(run({"version", "-o", "json"}).out, R"({"name":"p2p_admin","version":"1.0.0","api":1})"
                                                "\n");
}

TEST(Program, shows_its_help_in_every_way_of_asking) {
  const std::string top = run({"help"}).out;
  EXPECT_EQ(run({"--help"}).out, top);
  EXPECT_EQ(run({"-h"}).out, top);
  const std::string nodes = run({"help", "nodes"}).out;
  EXPECT_EQ(run({"nodes", "-h"}).out, nodes);
  EXPECT_EQ(run({"nodes", "--help", "--coord", "x:1"}).out, nodes);
  EXPECT_EQ(run({"help", "context", "add"}).out, run({"context", "add", "-h"}).out);
}

TEST(Program, without_a_command_shows_its_help_as_a_mistake) {
  const Ran ran = run({});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, run({"help"}).out);
  EXPECT_EQ(run({"context"}).code, 2);
  EXPECT_EQ(run({"context"}).err, run({"help", "context"}).out);
}

TEST(Program, gives_a_mistake_of_usage_as_a_document_where_one_is_wanted) {
  const Ran ran = run({"nodes", "-o", "json", "--bogus"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out, R"({"error":{"type":"/errors/invalid_params","title":"Invalid parameters","status":422,)"
                     R"("detail":"unknown option --bogus","code":"invalid_params","rpc_code":-32602,)"
                     R"("hint":"p2p_admin help nodes"}})"
                     "\n");
}

TEST(Program, takes_its_format_from_the_environment_and_refuses_a_wrong_one) {
  EXPECT_TRUE(run({"version"}, {.output = "json"}).out.starts_with('{'));
  EXPECT_EQ(run({"version", "-o", "table"}, {.output = "json"}).out, "p2p_admin 1.0.0\n");
  const Ran ran = run({"version"}, {.output = "xml"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(
      ran.err,
      "error: P2P_OUTPUT: 'xml' is no format\nhint:  P2P_OUTPUT=table, wide, json, yaml, ndjson or name\n");
  EXPECT_EQ(run({"help"}, {.output = "xml"}).code, 0) << "help has no format";
}

TEST(Program, refuses_what_is_no_place_no_time_and_no_token) {
  EXPECT_EQ(run({"nodes", "--coord", "http://x"}).err,
            "error: 'http://x' is no address: write HOST:PORT, or [IPV6]:PORT\n");
  EXPECT_EQ(run({"nodes", "--timeout", "soon"}).err,
            "error: --timeout: 'soon' is no duration\nhint:  write 500ms, 30s, 5m or 1h; a bare number is "
            "seconds\n");
  EXPECT_EQ(run({"nodes"}, {.timeout = "soon"}).code, 2);
  const Ran header = run({"nodes", "--token", "a\r\nX-Evil: 1"});
  EXPECT_EQ(header.code, 2);
  EXPECT_EQ(
      header.err,
      "error: --token: that is no token\nhint:  a token is one word; 'p2p_admin token issue' makes one\n");
}

}  // namespace
}  // namespace p2p
