#include "node/config_change.hpp"

#include "node/config_text.hpp"

namespace p2p {

std::vector<ConfigChange> take_changes(Config& running, Config fresh) {
  std::vector<ConfigChange> changes;
  running.after_restart.clear();
  for (const ConfigKey& key : config_keys()) {
    const bool same = key.same(running, fresh);
    if (!same) {
      changes.push_back({&key, config_value_text(key, running), config_value_text(key, fresh), key.reload});
      if (!key.reload) running.after_restart.emplace(key.name, changes.back().to);
    }
    if (!same && !key.reload) continue;
    if (key.reload) key.move(fresh, running);
    running.origins.erase(std::string(key.name));
    if (const auto origin = fresh.origins.find(key.name); origin != fresh.origins.end())
      running.origins.insert(*origin);
  }
  return changes;
}

}  // namespace p2p
