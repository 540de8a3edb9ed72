#include "cli/contexts.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <unistd.h>

#include "base/toml.hpp"
#include "cli/secret_file.hpp"
#include "cli/suggestions.hpp"

namespace p2p {
namespace {

constexpr const char* file_name = "contexts.toml";

std::unexpected<Error> wrong(const std::string& path, TomlPlace at, std::string_view what,
                             std::string_view hint = {}) {
  Error error(Errc::invalid_params, fmt::format("{}:{}:{}: {}", path, at.line, at.column, what));
  if (!hint.empty()) error.with("hint", hint);
  return fail(std::move(error));
}

Result<void> read_member(const std::string& path, const TomlNode& node, Context& context) {
  const bool text = !node.is_table && node.value.is_string();
  std::string* field = node.key == "coord"        ? &context.coord
                       : node.key == "token_file" ? &context.token_file
                       : node.key == "ca"         ? &context.ca
                                                  : nullptr;
  if (node.key == "protected") {
    if (node.value.kind() != Value::Kind::boolean)
      return wrong(path, node.value_at, "protected: must be true or false");
    context.is_protected = node.value.as_bool();
    return {};
  }
  if (field == nullptr && node.key != "token")
    return wrong(path, node.key_at, "unknown key '" + node.key + '\'',
                 did_you_mean(close_words(node.key, {"coord", "token", "token_file", "ca", "protected"})));
  if (!text) return wrong(path, node.value_at, node.key + ": must be a text");
  if (field != nullptr)
    *field = node.value.as_string();
  else
    context.token = Secret(node.value.as_string());
  return {};
}

Result<Context> read_context(const std::string& path, const TomlNode& table) {
  Context context;
  context.name = table.key;
  if (!table.is_table || !is_context_name(table.key))
    return wrong(path, table.key_at, "'" + table.key + "' is no context: write [contexts.NAME]");
  for (const TomlNode& member : table.members)
    if (auto read = read_member(path, member, context); !read) return fail(read.error());
  if (context.coord.empty()) return wrong(path, table.key_at, "context '" + table.key + "' has no coord");
  return context;
}

Result<Contexts> read_text(const std::string& path, std::string_view text) {
  const Result<TomlNode> root = read_toml(text);
  if (!root) return fail(Errc::invalid_params, path + ':' + root.error().message());
  Contexts contexts;
  for (const TomlNode& node : root->members) {
    if (node.key == "current" && node.value.is_string()) {
      contexts.current = node.value.as_string();
    } else if (node.key == "contexts" && node.is_table) {
      for (const TomlNode& table : node.members) {
        Result<Context> context = read_context(path, table);
        if (!context) return fail(context.error());
        contexts.all.push_back(*std::move(context));
      }
    } else {
      return wrong(path, node.key_at, "unknown key '" + node.key + '\'',
                   "known are current and [contexts.NAME]");
    }
  }
  return contexts;
}

void add_line(std::string& text, std::string_view key, std::string_view value) {
  if (!value.empty()) text += fmt::format("{} = {}\n", key, toml_text(Value(value)));
}

}  // namespace

bool is_context_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 64 && name.front() != '.' && std::ranges::all_of(name, fits);
}

Result<const Context*> Contexts::find(std::string_view name) const {
  std::vector<std::string> known;
  for (const Context& context : all) {
    if (context.name == name) return &context;
    known.push_back(context.name);
  }
  return fail(Errc::invalid_params, fmt::format("no context '{}'", name),
              Value{{"hint", suggest(name, std::move(known), "p2p_admin context ls")}});
}

Result<Contexts> read_contexts(const std::string& config_dir) {
  const std::string path = config_dir + '/' + file_name;
  if (config_dir.empty() || (::access(path.c_str(), F_OK) != 0 && errno == ENOENT)) return Contexts{};
  const Result<Secret> text = read_secret_file(path);
  if (!text) return fail(text.error());
  return read_text(path, text->reveal());
}

Result<void> write_contexts(const std::string& config_dir, const Contexts& contexts) {
  if (config_dir.empty())
    return fail(Errc::invalid_params, "there is no place for contexts",
                Value{{"hint", "set HOME or XDG_CONFIG_HOME"}});
  std::string text = "# Written by 'p2p_admin context'. Holds tokens: keep it 0600.\n";
  add_line(text, "current", contexts.current);
  for (const Context& context : contexts.all) {
    text += fmt::format("\n[contexts.{}]\n", toml_text(Value(context.name)));
    add_line(text, "coord", context.coord);
    add_line(text, "token", context.token.reveal());
    add_line(text, "token_file", context.token_file);
    add_line(text, "ca", context.ca);
    if (context.is_protected) text += "protected = true\n";
  }
  return write_secret_file(config_dir + '/' + file_name, text);
}

}  // namespace p2p
