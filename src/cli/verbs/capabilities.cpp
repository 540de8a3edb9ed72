// capabilities: the whole command line as one document, for programs that drive it.
#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/help.hpp"
#include "cli/lists.hpp"
#include "cli/verbs/verbs.hpp"
#include "model/error_table.hpp"
#include "node/version.hpp"

namespace p2p {
namespace {

std::string_view group_name(Group group) {
  switch (group) {
    case Group::run: return "run";
    case Group::look: return "look";
    case Group::act: return "act";
    case Group::develop: return "develop";
    case Group::set_up: return "set_up";
  }
  return "";
}

Value words_of(std::string_view text, char separator) {
  Value words = Value::array();
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    words.push_back(word);
  }
  return words;
}

Value option_document(const Option& option) {
  Value document{{"names", words_of(option.names, ',')}, {"purpose", option.purpose}};
  if (!option.is_flag()) document.set("value", option.value);
  if (!option.standard.empty()) document.set("default", option.standard);
  if (!option.choices.empty()) document.set("choices", words_of(option.choices, '|'));
  if (option.repeatable) document.set("repeatable", true);
  return document;
}

Value command_document(const Command& command) {
  Value arguments = Value::array(), options = Value::array(), examples = Value::array();
  for (const Argument& argument : command.arguments)
    arguments.push_back(Value{{"name", argument.name},
                              {"purpose", argument.purpose},
                              {"required", argument.required},
                              {"many", argument.many}});
  for (const Option* option : options_of(command)) options.push_back(option_document(*option));
  for (const std::string_view example : command.examples) examples.push_back(example);
  return Value{{"name", full_name(command)},        {"group", group_name(command.group)},
               {"purpose", command.purpose},        {"usage", usage_of(command)},
               {"arguments", std::move(arguments)}, {"options", std::move(options)},
               {"examples", std::move(examples)}};
}

Value command_documents() {
  Value documents = Value::array();
  for (const Command& command : commands()) {
    if (command.verbs.empty()) documents.push_back(command_document(command));
    for (const Command& verb : command.verbs) documents.push_back(command_document(verb));
  }
  return documents;
}

Value exit_codes() {
  return Value{{"0", "ok"},
               {"1", "failed"},
               {"2", "usage"},
               {"3", "unreachable"},
               {"4", "not allowed"},
               {"5", "not found"},
               {"6", "timeout"},
               {"7", "partly failed"},
               {"8", "nothing matched"},
               {"78", "node refused to start"},
               {"130", "interrupted"}};
}

Value error_documents() {
  Value errors = Value::array();
  for (const ErrorEntry& entry : error_table())
    errors.push_back(Value{{"name", entry.name}, {"exit_code", entry.exit_code}, {"retry", entry.retry}});
  return errors;
}

Value list_documents() {
  Value lists = Value::object();
  for (const ListForm* form : all_lists()) {
    Value columns = Value::array();
    for (const Column& column : form->columns)
      columns.push_back(Value{{"title", column.title}, {"member", column.member}, {"wide", column.wide}});
    lists.set(form->command, std::move(columns));
  }
  return lists;
}

}  // namespace

Result<int> show_capabilities(const Invocation&, World& world) {
  const Value document{{"program", "p2p_admin"},          {"version", product_version},
                       {"commands", command_documents()}, {"formats", words_of(output_words, '|')},
                       {"lists", list_documents()},       {"exit_codes", exit_codes()},
                       {"errors", error_documents()}};
  print_document(world.terminal, world.output, document);
  return 0;
}

}  // namespace p2p
