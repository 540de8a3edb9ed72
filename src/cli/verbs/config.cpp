// config show | check | init | path: the settings of a node that would be started here and now. No node is
// asked; GET /config shows those of one that runs.
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/complaint.hpp"
#include "cli/config_sources.hpp"
#include "cli/verbs/verbs.hpp"
#include "node/config_text.hpp"
#include "node/p2p_admin_system.hpp"
#include "state/descriptor.hpp"

namespace p2p {
namespace {

constexpr mode_t file_mode = 0644, folder_mode = 0755;

ConfigSources sources_of(const Invocation& said) {
  ConfigSources sources;
  sources.environment = Environment::take();
  sources.files = ConfigSources::usual_files(sources.environment, said.text("config"));
  return sources;
}

/// The keys that a word names: one, those of a section, or all.
Result<std::vector<const ConfigKey*>> chosen(const std::string& word) {
  std::vector<const ConfigKey*> keys;
  for (const ConfigKey& key : config_keys())
    if (word.empty() || key.name == word || key.section() == word) keys.push_back(&key);
  if (!keys.empty()) return keys;
  return fail(Errc::not_found, unknown_config_key(word), Value{{"hint", "p2p_admin config show"}});
}

std::string lines_of(const std::vector<const ConfigKey*>& keys, const Config& config, bool origin) {
  std::vector<std::string> lines;
  std::size_t width = 0;
  for (const ConfigKey* key : keys) {
    lines.push_back(std::string(key->name) + " = " + config_value_text(*key, config));
    width = std::max(width, std::min<std::size_t>(lines.back().size(), 60));
  }
  std::string text;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::string& line = lines[i];
    if (origin) {
      line.resize(std::max(line.size(), width), ' ');
      line += "   # " + std::string(origin_of(config, *keys[i]));
    }
    text += line + '\n';
  }
  return text;
}

/// Alone, a value is for a script: without the quotes of a text.
std::string bare(const ConfigKey& key, const Config& config) {
  const Value value = key.get(config);
  return (value.is_string() ? value.as_string()
          : value.is_null() ? std::string()
                            : config_value_text(key, config)) +
         '\n';
}

Value document_of(const std::vector<const ConfigKey*>& keys, const Config& config) {
  Value all = Value::array();
  for (const ConfigKey* key : keys) all.push_back(config_key_document(*key, config));
  return Value{{"keys", std::move(all)}, {"total", keys.size()}};
}

/// Each mistake on a line of its own, as a compiler tells them.
int tell_mistakes(World& world, const Error& error) {
  if (is_document(world.output)) return complain(world.terminal, world.output, error);
  for (const std::string& line : config_mistakes(error)) world.terminal.err(escape_control(line) + '\n');
  return exit_usage;
}

Result<Config> read_file_alone(const std::string& path) {
  ConfigReader reader({});
  reader.take_file(path, true);
  reader.take_secrets({});
  return reader.finish();
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Error no_file(const std::string& path, const std::string& why) {
  return {Errc::unavailable, path + " cannot be written: " + why,
          Value{{"hint", "p2p_admin config init --config ./p2p_admin.toml"}}};
}

/// The whole file or none of it, whatever happens meanwhile; an old one stays unless it is to be replaced.
Result<void> write_template(const std::string& path, bool replace) {
  const auto reason = [] { return std::generic_category().message(errno); };
  const std::string aside = path + ".new-" + std::to_string(::getpid());
  const Descriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file_mode));
  if (!file.open()) return fail(no_file(path, reason()));
  ::fchmod(file.get(), file_mode);
  Result<void> written = write_all(file.get(), config_template(), aside);
  if (written) written = sync_file(file.get(), aside);
  if (written && replace && ::rename(aside.c_str(), path.c_str()) == 0) return {};
  const bool placed = written && !replace && ::link(aside.c_str(), path.c_str()) == 0;
  const int number = errno;
  ::unlink(aside.c_str());
  if (!written) return written;
  if (placed) return {};
  if (number == EEXIST)
    return fail(
        Errc::conflict, path + " is there already",
        Value{{"hint", "p2p_admin config init --force replaces it; p2p_admin config check reads it"}});
  return fail(no_file(path, std::generic_category().message(number)));
}

}  // namespace

Result<int> config_show(const Invocation& said, World& world) {
  const auto keys = chosen(said.text("KEY"));
  if (!keys) return fail(keys.error());
  const Result<Config> config = sources_of(said).read();
  if (!config) return fail(config.error());
  for (const std::string& note : config->notes) world.terminal.say(note + '\n');
  if (is_document(world.output))
    print_document(world.terminal, world.output, document_of(*keys, *config));
  else if (keys->size() == 1 && !said.has("origin"))
    world.terminal.out(bare(*keys->front(), *config));
  else
    world.terminal.out(lines_of(*keys, *config, said.has("origin")));
  return 0;
}

Result<int> config_check(const Invocation& said, World& world) {
  const std::string path = said.text("FILE");
  const ConfigSources sources = sources_of(said);
  const Result<Config> config = path.empty() ? sources.read() : read_file_alone(path);
  if (!config) return tell_mistakes(world, config.error());
  if (auto sound = P2PAdminSystem::check(*config); !sound) return tell_mistakes(world, sound.error());
  for (const std::string& note : config->notes) world.terminal.say(note + '\n');
  world.terminal.say((path.empty() ? "" : path + ": ") + "no mistake; " + config_origin_text(*config) + '\n');
  return 0;
}

Result<int> config_init(const Invocation& said, World& world) {
  const std::string path = sources_of(said).files.back().path;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (path == system_config_file && ::mkdir(folder.c_str(), folder_mode) == 0)
    ::chmod(folder.c_str(), folder_mode);  // whatever the umask: the node is another user
  if (auto written = write_template(path, said.has("force")); !written) return fail(written.error());
  world.terminal.say(path + " has every setting, commented out\n");
  return 0;
}

Result<int> config_path(const Invocation& said, World& world) {
  const std::vector<ConfigSources::File> files = sources_of(said).files;
  for (auto file = files.rbegin(); file != files.rend(); ++file)
    if (exists(file->path))
      world.terminal.out(file->path + '\n');
    else
      world.terminal.say("not there: " + file->path + '\n');
  return 0;
}

}  // namespace p2p
