#include "cli/help.hpp"

#include "cli/cheat_sheet.hpp"
#include "cli/commands.hpp"
#include "cli/golden_test.hpp"
#include "cli/parser.hpp"
#include "node/version.hpp"

namespace p2p {
namespace {

std::vector<const Command*> every_command() {
  std::vector<const Command*> all;
  for (const Command& command : commands()) {
    all.push_back(&command);
    for (const Command& verb : command.verbs) all.push_back(&verb);
  }
  return all;
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    longest = std::max(longest, line.size());
  }
  return longest;
}

TEST(Help, of_the_program_is_the_golden_text) {
  ASSERT_EQ(product_version, "1.0.0") << "the golden text names it";
  test::expect_golden("help.txt", top_help());
  EXPECT_LE(longest_line(top_help()), 100U);
}

TEST(Help, of_each_command_is_its_golden_text) {
  for (const Command* command : every_command()) {
    std::string file = "help-" + full_name(*command) + ".txt";
    if (const auto space = file.find(' '); space != file.npos) file[space] = '-';
    const std::string text = command_help(*command);
    test::expect_golden(file, text);
    EXPECT_LE(longest_line(text), 100U) << text;
    if (!command->examples.empty())
      EXPECT_TRUE(text.ends_with(std::string(command->examples.back()) + '\n')) << "examples come last\n"
                                                                                << text;
  }
}

TEST(Table, has_no_command_without_a_handler_and_no_option_twice) {
  for (const Command* command : every_command()) {
    EXPECT_EQ(command->run == nullptr, !command->verbs.empty()) << command->name;
    EXPECT_EQ(find_command(full_name(*command)), command);
    std::vector<std::string> keys;
    for (const Option* option : options_of(*command)) {
      for (const std::string& key : keys) EXPECT_NE(key, option->key()) << command->name;
      keys.emplace_back(option->key());
      EXPECT_FALSE(option->purpose.empty()) << command->name << ' ' << option->names;
    }
  }
}

/// The words of a line as a shell would split it; only what our examples use: quotes and pipes.
std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool begun = false;
  for (const char c : line) {
    if (quote == 0 && (c == '|' || c == '<')) break;
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      begun = true;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && c == ' ') {
      if (begun) words.push_back(std::exchange(word, {}));
      begun = false;
    } else {
      word += c;
      begun = true;
    }
  }
  if (begun) words.push_back(word);
  return words;
}

void expect_readable(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  if (!line.starts_with("p2p_admin ")) return;
  if (const auto remark = line.find("   "); remark != line.npos) line = line.substr(0, remark);
  std::vector<std::string> words = shell_words(line);
  words.erase(words.begin());
  const Reading reading = read_command_line(words);
  EXPECT_FALSE(reading.error) << line << ": " << reading.error->message();
}

void expect_all_readable(std::string_view text) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    expect_readable(line);
  }
}

TEST(Examples, of_the_help_and_the_recipes_can_be_typed) {
  for (const Command* command : every_command())
    for (const std::string_view example : command->examples) expect_readable(example);
  for (const Recipe& recipe : cheat_sheet()) expect_all_readable(recipe.text);
  expect_all_readable(top_help().substr(top_help().find("\nExamples\n")));
}

}  // namespace
}  // namespace p2p
