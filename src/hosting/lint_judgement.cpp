#include "hosting/lint_judgement.hpp"

#include <algorithm>

namespace p2p {
namespace {

using Level = LintFinding::Level;

class Judge {
 public:
  Judge(const Value& description, const std::vector<LintSource>& sources)
      : description_(description), sources_(sources) {}

  void service(const std::string& folder) {
    const std::string& name = description_["service"].as_string();
    if (name != folder)
      say("it calls itself " + name + ", its folder is " + folder + ": calls go to " + name + "/...");
    if (description_["description"].as_string().empty())
      say("info.description is empty: lists show nothing about the service");
    if (const Value& warning = description_["warning"]; warning.is_string() && !warning.as_string().empty())
      say(warning.as_string());
  }

  void dependencies(const std::vector<std::string>& others) {
    for (const Value& entry : description_["dependencies"].as_array()) {
      const std::string& word = entry.as_string();
      const std::string needed = word.substr(0, word.find('@'));
      if (needed == description_["service"].as_string())
        say("it depends on itself and would never start", Level::error);
      else if (needed != "system" && word.find('@') == word.npos &&
               std::ranges::find(others, needed) == others.end())
        say("it depends on " + needed + ", which is not beside it: it waits until that runs");
    }
  }

  void methods() {
    std::size_t own = 0, open = 0;
    for (const Value& method : description_["methods"].as_array()) {
      if (method["inherited"].as_bool()) continue;
      ++own;
      open += method["public"].as_bool() ? 1 : 0;
      one(method);
    }
    if (own == 0)
      return say("no method is declared: SERVICE_METHOD(name, (parameters), ...) stands before each");
    if (open == 0)
      say("no method is public: only services of the same node can call it; add public = true to those that "
          "others may call");
  }

  void rejected() {
    for (const Value& name : description_["rejected"].as_array())
      say_of(name.as_string(), " is no name for a method and is not registered", Level::error);
  }

  [[nodiscard]] std::vector<LintFinding> take() { return std::move(found_); }

 private:
  void one(const Value& method) {
    const std::string& name = method["name"].as_string();
    if (method["description"].as_string().empty()) say_of(name, " has no description", Level::warning);
    if (method["public"].as_bool() && method["role"].as_string() == "admin")
      say_of(name, " is public and needs admin: it can be called over HTTP, with a token of the highest role",
             Level::warning);
    if (!method["public"].as_bool() && method["broadcastable"].as_bool())
      say_of(name, " is broadcastable but not public: no other node can call it", Level::warning);
  }

  void say(std::string message, Level level = Level::warning) {
    found_.push_back({level, std::move(message), {}, 0, 0});
  }
  void say_of(const std::string& method, const std::string& message, Level level) {
    LintFinding finding = at_declaration(method, sources_);
    finding.level = level;
    finding.message = method + message;
    found_.push_back(std::move(finding));
  }

  const Value& description_;
  const std::vector<LintSource>& sources_;
  std::vector<LintFinding> found_;
};

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Offset of "SERVICE_METHOD ( name ," in `text`; npos.
std::size_t declaration_in(std::string_view text, std::string_view method) {
  constexpr std::string_view macro = "SERVICE_METHOD(";
  for (auto at = text.find(macro); at != text.npos; at = text.find(macro, at + 1)) {
    std::size_t i = at + macro.size();
    while (i < text.size() && blank(text[i])) ++i;
    if (text.substr(i, method.size()) != method) continue;
    i += method.size();
    while (i < text.size() && blank(text[i])) ++i;
    if (i < text.size() && text[i] == ',') return at;
  }
  return text.npos;
}

}  // namespace

LintFinding at_declaration(const std::string& method, const std::vector<LintSource>& sources) {
  LintFinding finding;
  for (const LintSource& source : sources) {
    const std::size_t at = declaration_in(source.text, method);
    if (at == source.text.npos) continue;
    const std::string_view before = source.text.substr(0, at);
    finding.file = source.path;
    finding.line = 1 + static_cast<int>(std::ranges::count(before, '\n'));
    finding.column = static_cast<int>(at - (before.rfind('\n') + 1)) + 1;
    break;
  }
  return finding;
}

std::vector<LintFinding> judge_description(const Value& description, const std::string& folder,
                                           const std::vector<std::string>& others,
                                           const std::vector<LintSource>& sources) {
  Judge judge(description, sources);
  judge.service(folder);
  judge.dependencies(others);
  judge.rejected();
  judge.methods();
  return judge.take();
}

}  // namespace p2p
