#include "framework/dependencies.hpp"

#include <algorithm>

namespace p2p {
namespace {

bool walk(const Dependencies& all, std::string_view at, std::string_view goal, std::vector<std::string>& way,
          std::vector<std::string>& seen) {
  const auto found = all.find(at);
  if (found == all.end()) return false;
  for (const std::string& next : found->second) {
    if (next == goal) return true;
    if (std::find(seen.begin(), seen.end(), next) != seen.end()) continue;
    seen.push_back(next);
    way.push_back(next);
    if (walk(all, next, goal, way, seen)) return true;
    way.pop_back();
  }
  return false;
}

}  // namespace

std::vector<std::string> needed_here(std::vector<std::string> dependencies) {
  for (std::string& name : dependencies)
    if (name.ends_with("@any")) name.resize(name.size() - 4);
  return dependencies;
}

std::string find_cycle(const Dependencies& all, std::string_view service) {
  std::vector<std::string> way{std::string(service)}, seen;
  if (!walk(all, service, service, way, seen)) return {};
  std::string text;
  for (const std::string& name : way) text += name + " > ";
  return text + std::string(service);
}

std::vector<std::string> free_to_stop(const Dependencies& all, const std::vector<std::string>& running) {
  std::vector<std::string> free;
  for (const std::string& candidate : running) {
    const bool needed = std::any_of(running.begin(), running.end(), [&](const std::string& other) {
      const auto found = all.find(other);
      return other != candidate && found != all.end() &&
             std::find(found->second.begin(), found->second.end(), candidate) != found->second.end();
    });
    if (!needed) free.push_back(candidate);
  }
  return free;
}

}  // namespace p2p
