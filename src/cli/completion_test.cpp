#include "cli/completion.hpp"

#include <gtest/gtest.h>

namespace p2p {
namespace {

const NameSource names = [](Words kind, const std::string& of) -> std::vector<std::string> {
  switch (kind) {
    case Words::node: return {"web-1", "web-2", "db-1"};
    case Words::service: return {"hello", "system"};
    case Words::method: return {"hello.greet", "system.ping"};
    case Words::parameter:
      return of == "hello.greet" ? std::vector<std::string>{"name", "count"} : std::vector<std::string>{};
    case Words::context: return {"prod", "lab"};
    default: return {"never"};
  }
};

std::string completed(const std::vector<std::string>& words) {
  std::string text;
  for (const Candidate& candidate : complete(words, names))
    text += (text.empty() ? "" : " ") + candidate.text;
  return text;
}

TEST(Completion, begins_with_commands) {
  EXPECT_EQ(completed({"no"}), "nodes");
  EXPECT_EQ(completed({"co"}), "coordinator context config completions");
  EXPECT_EQ(completed({"zz"}), "");
  EXPECT_EQ(completed({}), "");
}

TEST(Completion, goes_into_families) {
  EXPECT_EQ(completed({"context", ""}), "add ls use rm validate");
  EXPECT_EQ(completed({"service", "re"}), "reload restart");
  EXPECT_EQ(completed({"service", "reload", ""}), "hello system");
}

TEST(Completion, knows_the_settings) {
  EXPECT_EQ(completed({"config", ""}), "show check init path");
  EXPECT_EQ(completed({"config", "show", "http.max_"}), "http.max_body http.max_connections");
}

TEST(Completion, knows_the_options_of_the_command) {
  EXPECT_EQ(completed({"nodes", "--st"}), "--status");
  EXPECT_EQ(completed({"--con"}), "--context");
  EXPECT_EQ(completed({"version", "--coo"}), "");
}

TEST(Completion, knows_what_an_option_takes) {
  EXPECT_EQ(completed({"nodes", "-o", "n"}), "ndjson name");
  EXPECT_EQ(completed({"nodes", "--node", "web"}), "web-1 web-2");
  EXPECT_EQ(completed({"nodes", "--context", ""}), "prod lab");
  EXPECT_EQ(completed({"--context", "p"}), "prod");
  EXPECT_EQ(completed({"logs", "--level", "w"}), "warn");
  EXPECT_EQ(completed({"logs", "-f", "--ser"}), "--service") << "a flag takes nothing";
  EXPECT_EQ(completed({"call", "--token-file", ""}), "") << "the shell knows files";
}

TEST(Completion, knows_methods_and_their_parameters) {
  EXPECT_EQ(completed({"call", "sys"}), "system.ping");
  EXPECT_EQ(completed({"call", "hello.greet", ""}), "name= count=");
  EXPECT_EQ(completed({"call", "--node", "web-1", "hello.greet", "name=x", "c"}), "count=");
  EXPECT_EQ(completed({"methods", "hello.greet", ""}), "") << "it takes one";
}

TEST(Completion, knows_fixed_choices) {
  EXPECT_EQ(completed({"completions", ""}), "bash zsh fish");
  EXPECT_EQ(completed({"help", "he"}), "health help");
}

}  // namespace
}  // namespace p2p
