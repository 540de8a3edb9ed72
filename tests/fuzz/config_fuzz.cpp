// The settings of a node: whatever file, variable or flag is taken, what is shown of it reads as the same
// setting, unless it is a secret. What is refused has a place and a sentence.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/toml.hpp"
#include "cli/config_reader.hpp"
#include "node/config_text.hpp"

namespace {

using namespace p2p;

void must(bool holds) {
  if (!holds) std::abort();
}

void reads_as_the_same(const ConfigKey& key, const Config& config) {
  const Value value = key.get(config);
  if (value.is_null() || key.secret) return;
  const Result<TomlNode> written = read_toml("key = " + toml_text(value));
  must(written.has_value());
  Config again;
  must(key.read(key, again, written->members.at(0).document()).has_value());
  must(key.same(again, config));
}

void try_file(std::string_view text) {
  ConfigReader reader({});
  reader.take_toml(text, "file");
  const Result<Config> config = reader.finish();
  if (!config) {
    const Value& first = config.error().detail()["errors"][0];
    must(first["pointer"].as_string().starts_with("file:"));
    must(!first["detail"].as_string().empty());
    return;
  }
  for (const ConfigKey& key : config_keys()) reads_as_the_same(key, *config);
  must(!config_document(*config)["keys"].as_array().empty());
}

void try_text(std::string_view text) {
  for (const ConfigKey& key : config_keys()) {
    Config config;
    const Result<Value> value = value_of_text(key, text);
    if (value && key.read(key, config, *value)) reads_as_the_same(key, config);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try_file(text);
  if (size < 256) try_text(text);
  return 0;
}
