#include "node/live_config.hpp"

#include "hosting/pool_job.hpp"

namespace p2p {

void LiveConfig::reload() {
  if (!read_) return;
  again_ = reading_;
  if (reading_) return;
  reading_ = true;
  on_pool(loop_, alive_, read_, [this](Result<Config> fresh) { finished(std::move(fresh)); });
}

void LiveConfig::finished(Result<Config> fresh) {
  reading_ = false;
  if (fresh) {
    for (const std::string& note : fresh->notes) log_.warn("Config", "{}", note);
    const std::vector<ConfigChange> changes = take_changes(config_, *std::move(fresh));
    if (apply_) apply_(changes);
    tell(changes);
  } else {
    for (const std::string& mistake : config_mistakes(fresh.error())) log_.error("Config", "{}", mistake);
    log_.error("Config", "nothing is changed: the configuration was read again and has mistakes");
  }
  if (again_) reload();
}

void LiveConfig::tell(const std::vector<ConfigChange>& changes) const {
  if (changes.empty()) log_.info("Config", "read again: nothing has changed");
  for (const ConfigChange& change : changes)
    if (change.taken)
      log_.info("Config", "{} is {} now, was {} ({})", change.key->name, change.to, change.from,
                origin_of(config_, *change.key));
    else
      log_.warn("Config", "{} would be {} now, but stays {} until a restart", change.key->name, change.to,
                change.from);
}

std::vector<std::string> config_mistakes(const Error& error) {
  std::vector<std::string> lines;
  const Value& all = error.detail()["errors"];
  if (all.is_array())
    for (const Value& one : all.as_array())
      lines.push_back(one["pointer"].as_string() + ": " + one["detail"].as_string());
  if (lines.empty()) lines.push_back(error.message());
  return lines;
}

}  // namespace p2p
