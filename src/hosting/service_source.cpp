#include "hosting/service_source.hpp"

#include <algorithm>

#include <p2p/detail/nearest.hpp>

namespace p2p {
namespace {

std::vector<std::string> ending_in(const std::vector<std::string>& files, std::string_view end) {
  std::vector<std::string> found;
  for (const std::string& file : files)
    if (file.ends_with(end) && !file.starts_with('.') && file.find('/') == file.npos) found.push_back(file);
  std::sort(found.begin(), found.end());
  return found;
}

bool has(const std::vector<std::string>& files, std::string_view name) {
  return std::find(files.begin(), files.end(), name) != files.end();
}

std::string no_such_entry(const std::string& entry, const std::vector<std::string>& kinds) {
  const std::string close = nearest(entry, kinds);
  if (!close.empty()) return "entry: there is no " + entry + " to run; did you mean " + close + '?';
  return "entry: there is no " + entry + " to run" + (kinds.empty() ? "" : ", but " + kinds.front());
}

}  // namespace

OrReason<ServiceSource> source_of(const std::string& folder, const std::vector<std::string>& files,
                                  const std::string& entry) {
  std::vector<std::string> libraries = ending_in(files, ".so");
  std::vector<std::string> kinds = libraries;
  if (has(files, "main.cpp")) kinds.insert(kinds.begin(), "main.cpp");
  if (has(files, "main.py")) kinds.push_back("main.py");
  if (!entry.empty()) {
    if (!has(kinds, entry)) return refuse("settings", no_such_entry(entry, kinds), folder + "/service.toml");
    kinds = {entry};
    libraries = entry.ends_with(".so") ? kinds : std::vector<std::string>();
  }
  if (kinds.empty()) return ServiceSource{};
  if (kinds.size() > 1)
    return refuse("load",
                  "there are " + kinds[0] + " and " + kinds[1] +
                      ": keep the one that is to run, or name it as `entry` in service.toml",
                  folder);
  if (kinds[0] == "main.py")
    return refuse("load", "Python services are not supported yet by this version", folder + "/main.py");
  if (!libraries.empty()) return ServiceSource{ServiceSource::Kind::library, libraries};
  ServiceSource source{ServiceSource::Kind::sources, ending_in(files, ".cpp")};
  if (source.files.size() > most_sources)
    return refuse("compile",
                  "there are " + std::to_string(source.files.size()) + " .cpp files, at most " +
                      std::to_string(most_sources) + " are compiled; build it yourself and put in the .so",
                  folder);
  return source;
}

bool is_program_file(std::string_view name) {
  for (const std::string_view end : {".cpp", ".cc", ".cxx", ".c", ".hpp", ".h", ".hh", ".hxx", ".inc", ".inl",
                                     ".ipp", ".tpp", ".so", ".py", ".toml"})
    if (name.ends_with(end)) return true;
  return false;
}

}  // namespace p2p
