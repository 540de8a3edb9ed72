#include "hosting/service_toml.hpp"

#include <algorithm>
#include <filesystem>

#include <p2p/convert.hpp>

#include "base/digest.hpp"
#include "hosting/folder_check.hpp"
#include "hosting/impl/toml_reader.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using Node = TomlNode;
template <class T>
using Key = TomlReader::Key<T>;

constexpr std::size_t most_dots = 200;  // on one line; a list of addresses has that many
constexpr std::int64_t largest_body = 16LL * 1024 * 1024, most_at_once = 1'000'000;

// ---------------------------------------------------------------- methods.<name>

constexpr std::string_view roles[] = {"viewer", "operator", "admin"};
constexpr std::string_view scopes[] = {"node", "cluster", "caller"};

Role role(TomlReader& reader, const Node& node, const std::string& path) {
  return role_of(roles[reader.choice(node, path, roles)]);
}

std::vector<std::string> parts_of(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    std::string_view part = list.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

/// A fact about the code.
void no_override(TomlReader& reader, const Node& node, const std::string& path, MethodOverride&) {
  reader.wrong(node.value_at,
               path + " is a fact about the code and cannot be overridden; it belongs into SERVICE_METHOD");
}

constexpr Key<MethodOverride> method_keys[] = {
    {"enabled", [](auto& r, auto& n, auto& p, auto& m) { m.enabled = r.flag(n, p); }},
    {"description", [](auto& r, auto& n, auto& p, auto& m) { m.description = r.word(n, p); }},
    {"public", [](auto& r, auto& n, auto& p, auto& m) { m.is_public = r.flag(n, p); }},
    {"role", [](auto& r, auto& n, auto& p, auto& m) { m.role = role(r, n, p); }},
    {"timeout", [](auto& r, auto& n, auto& p, auto& m) { m.timeout_ns = r.time(n, p, 1ms, 600s).count(); }},
    {"cache_ttl",
     [](auto& r, auto& n, auto& p, auto& m) { m.cache_ttl_ns = r.time(n, p, 0s, 24h * 366).count(); }},
    {"cache_scope",
     [](auto& r, auto& n, auto& p, auto& m) { m.cache_scope = scopes[r.choice(n, p, scopes)]; }},
    {"cache_tags", [](auto& r, auto& n, auto& p, auto& m) { m.cache_tags = r.text(n, p); }},
    {"idempotent", [](auto& r, auto& n, auto& p, auto& m) { m.idempotent = r.flag(n, p); }},
    {"broadcastable", [](auto& r, auto& n, auto& p, auto& m) { m.broadcastable = r.flag(n, p); }},
    {"max_concurrency",
     [](auto& r, auto& n, auto& p, auto& m) { m.max_concurrency = r.integer(n, p, 0, most_at_once); }},
    {"max_body", [](auto& r, auto& n, auto& p, auto& m) { m.max_body = r.integer(n, p, 0, largest_body); }},
    {"secret", [](auto& r, auto& n, auto& p, auto& m) { m.secrets = parts_of(r.text(n, p)); }},
    {"threadsafe", &no_override},
    {"stream", &no_override},
};

void methods(TomlReader& reader, const Node& node, const std::string& path, ServiceSettings& into) {
  if (!node.is_table) return reader.expected(node, path, "a table");
  for (const TomlNode& method : node.members) {
    MethodOverride& words = into.methods[method.key];
    words.line = static_cast<int>(method.key_at.line);
    words.column = static_cast<int>(method.key_at.column);
    reader.table(method, path + '.' + method.key, method_keys, words);
  }
}

// ---------------------------------------------------------------- build

/// A folder of the service's own, or one of the machine's that nobody else may write to.
void include(TomlReader& reader, const Node& node, const std::string& path, ServiceSettings::Build& into) {
  into.include = reader.words(node, path);
  for (const std::string& folder : into.include) {
    if (folder.starts_with('/')) {
      std::error_code error;
      if (!std::filesystem::is_directory(folder, error))
        reader.wrong(node.value_at, path + ": there is no folder " + folder);
      else if (const auto way = check_way_to(folder); !way)
        reader.wrong(node.value_at, path + ": " + way.error().message);
      continue;
    }
    for (const auto& part : std::filesystem::path(folder))
      if (part == "..")
        reader.wrong(node.value_at,
                     path + ": " + folder + " leaves the service's folder; name an absolute one");
  }
}

/// What would make the compiler write elsewhere, or something else, than the node looks for.
bool redirects(std::string_view flag) {
  static constexpr std::string_view whole[] = {
      "-c", "-S", "-E", "-M", "-MM", "-MD", "-MMD", "-fsyntax-only", "-shared"};
  return std::find(std::begin(whole), std::end(whole), flag) != std::end(whole) || flag.starts_with("-o") ||
         flag.starts_with("-MF") || flag.starts_with("-MT") || flag.starts_with("-MJ") ||
         flag.starts_with("--ou") || flag.starts_with("--oformat");  // may be cut short
}

/// The same by way of the linker: "-Wl,-s,-o,/x". What follows an "-Xlinker" is an option of the list as
/// well.
bool redirects_linker(std::string_view flag) {
  if (!flag.starts_with("-Wl,")) return false;
  for (flag.remove_prefix(4); !flag.empty();) {
    const auto word = flag.substr(0, flag.find(','));
    flag.remove_prefix(std::min(flag.size(), word.size() + 1));
    if (word.starts_with("-o") || word.starts_with("--ou") || word.starts_with("--oformat")) return true;
    if (word.starts_with('@')) return true;  // a file with more of them
  }
  return false;
}

/// Others are taken as they are. Whoever sets one that changes what the library exports will find no
/// EXPORT_SERVICE in it.
std::vector<std::string> options(TomlReader& reader, const Node& node, const std::string& path) {
  std::vector<std::string> list = reader.words(node, path);
  for (const std::string& flag : list)
    if (!flag.starts_with('-') || flag == "-")
      reader.wrong(node.value_at, path + ": \"" + flag + "\" is no option: each begins with a -");
    else if (redirects(flag) || redirects_linker(flag))
      reader.wrong(node.value_at,
                   path + ": " + flag + " would make the compiler write elsewhere than the node looks");
  return list;
}

constexpr Key<ServiceSettings::Build> build_keys[] = {
    {"flags", [](auto& r, auto& n, auto& p, auto& b) { b.flags = options(r, n, p); }},
    {"include", &include},
    {"link", [](auto& r, auto& n, auto& p, auto& b) { b.link = options(r, n, p); }},
};

// ---------------------------------------------------------------- the rest

struct Timeouts {
  milliseconds start, stop;
};
constexpr Key<Timeouts> timeout_keys[] = {
    {"start", [](auto& r, auto& n, auto& p,
                 auto& t) { t.start = duration_cast<milliseconds>(r.time(n, p, 1ms, 1h)); }},
    {"stop",
     [](auto& r, auto& n, auto& p, auto& t) { t.stop = duration_cast<milliseconds>(r.time(n, p, 1ms, 1h)); }},
};
constexpr Key<ServiceSettings::Restart> restart_keys[] = {
    {"max_failures",
     [](auto& r, auto& n, auto& p, auto& t) { t.max_failures = static_cast<int>(r.integer(n, p, 1, 1000)); }},
    {"window", [](auto& r, auto& n, auto& p,
                  auto& t) { t.window = duration_cast<milliseconds>(r.time(n, p, 1s, 24h)); }},
};

/// Has a meaning for a service in a process of its own, which this version of the node cannot make. A limit
/// that is passed over in silence is worse than none.
void for_hosts(TomlReader& reader, const Node& node, const std::string& path, ServiceSettings&) {
  reader.wrong(node.value_at,
               path + " is for a service in a process of its own, which this version cannot run; remove it");
}

constexpr std::string_view isolations[] = {"in_process", "process"};
constexpr std::string_view starts[] = {"auto", "manual"};
constexpr std::string_view reloads[] = {"overlap", "stop-first", "manual"};

constexpr Key<ServiceSettings> keys[] = {
    {"enabled", [](auto& r, auto& n, auto& p, auto& s) { s.enabled = r.flag(n, p); }},
    {"entry", [](auto& r, auto& n, auto& p, auto& s) { s.entry = r.word(n, p); }},
    {"isolation",
     [](auto& r, auto& n, auto& p, auto&) {
       if (r.choice(n, p, isolations) == 1)
         r.wrong(n.value_at,
                 "isolation = \"process\": this version cannot run a service in a process of its own; "
                 "\"in_process\" "
                 "runs it in the node's");
     }},
    {"start",
     [](auto& r, auto& n, auto& p, auto& s) {
       if (r.choice(n, p, starts) == 1) for_hosts(r, n, "start = \"manual\"", s);
     }},
    {"reload",
     [](auto& r, auto& n, auto& p, auto& s) { s.reload = static_cast<ReloadMode>(r.choice(n, p, reloads)); }},
    {"role", [](auto& r, auto& n, auto& p, auto& s) { s.role = role(r, n, p); }},
    {"domain", [](auto& r, auto& n, auto& p, auto& s) { s.domain = r.word(n, p).substr(0, 64); }},
    {"command", &for_hosts},
    {"python", &for_hosts},
    {"timeouts",
     [](auto& r, auto& n, auto& p, auto& s) {
       Timeouts both{s.start, s.stop};
       r.table(n, p, timeout_keys, both);
       s.start = both.start;
       s.stop = both.stop;
     }},
    {"build", [](auto& r, auto& n, auto& p, auto& s) { r.table(n, p, build_keys, s.build); }},
    {"restart", [](auto& r, auto& n, auto& p, auto& s) { r.table(n, p, restart_keys, s.restart); }},
    {"limits", &for_hosts},
    {"env", &for_hosts},
    {"methods", &methods},
    {"config", [](auto& r, auto& n, auto& p, auto& s) { s.config = r.document(n, p); }},
};

}  // namespace

OrReason<ServiceSettings> read_service_toml(const std::string& folder, std::string_view text) {
  const std::string file = folder + '/' + std::string(service_toml_name);
  Result<TomlNode> parsed = read_toml(text, {service_toml_limit, most_dots});
  if (!parsed) {
    const Value& detail = parsed.error().detail();
    return refuse(FailureReason{"settings",
                                detail["what"].get<std::string>(parsed.error().message()),
                                file,
                                detail["line"].get<int>(0),
                                detail["column"].get<int>(0),
                                {}});
  }
  ServiceSettings settings;
  settings.file = file;
  const Digest digest = sha256(text);
  settings.hash = hex(as_text(digest));
  TomlReader reader(file);
  reader.table(*parsed, "", keys, settings);
  if (reader.reason()) return refuse(*std::move(reader.reason()));
  return settings;
}

}  // namespace p2p
