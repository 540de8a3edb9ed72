#include "node/config_keys.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <p2p/detail/nearest.hpp>

#include "base/utf8.hpp"
#include "node/config_values.hpp"
#include "node/impl/config_rows.hpp"
#include "state/node_id.hpp"

namespace p2p {
namespace {

using namespace std::chrono_literals;
using rows::boolean, rows::duration, rows::integer, rows::list, rows::size, rows::text, rows::word;

constexpr std::int64_t KiB = 1024, MiB = 1024 * KiB;

#define AT(field) [](auto& config) -> auto& { return config.field; }

std::optional<Log::Format> format_of(std::string_view name) {
  if (name == "text") return Log::Format::text;
  if (name == "json") return Log::Format::json;
  return std::nullopt;
}
std::string_view format_name(Log::Format format) { return format == Log::Format::json ? "json" : "text"; }

std::optional<LogLevel> level_of(std::string_view name) {
  const auto level = log_level_of(name);
  return level == LogLevel::off ? std::nullopt : level;
}
std::string_view level_name(LogLevel level) {
  constexpr std::array<std::string_view, 6> names{"trace", "debug", "info", "warn", "error", "off"};
  return names[static_cast<std::size_t>(level)];
}

std::optional<std::string> kill_of(std::string_view name) {
  if (name == "own" || name == "any" || name == "none") return std::string(name);
  return std::nullopt;
}
std::string_view kill_name(const std::string& name) { return name; }

bool equal(const std::optional<Secret>& a, const std::optional<Secret>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return equal_in_constant_time(a->reveal(), b->reveal());
}

/// The key names a file; what it holds, or what JWT_SECRET_KEY holds, is what it shows of.
constexpr ConfigKey secret_file() {
  ConfigKey key = text<AT(secret_file)>("auth.secret_file", &is_named_path, "a path");
  key.get = [](const Config& config) {
    return config.jwt_secret ? Value(masked(*config.jwt_secret)) : Value();
  };
  key.same = [](const Config& a, const Config& b) {
    return equal(a.jwt_secret, b.jwt_secret) && equal(a.jwt_previous, b.jwt_previous);
  };
  key.secret = true;
  return key;
}

constexpr ConfigKey redis_url() {
  ConfigKey key =
      text<AT(redis_url)>("cache.redis_url", &is_redis_url,
                          "redis://[user:password@]host[:port][/db], rediss://..., unix:///path, or "
                          "empty");
  key.get = [](const Config& config) { return Value(without_password(config.redis_url)); };
  key.secret = true;
  return key;
}

constexpr ConfigKey tags() {
  ConfigKey key = rows::field<AT(tags)>("node.tags", ConfigKind::table);
  key.wanted = "a table of at most 16 texts, 512 bytes in all";
  key.read = [](const ConfigKey& self, Config& config, const Value& value) -> Result<void> {
    if (!value.is_object()) return rows::refuse(self);
    std::map<std::string, std::string> tags;
    for (const auto& [name, item] : value.as_object()) {
      if (!item.is_string()) return rows::refuse(self);
      tags[name] = item.as_string();
    }
    if (auto fit = check_tags(tags); !fit) return fit;
    config.tags = std::move(tags);
    return {};
  };
  key.get = [](const Config& config) {
    Value all = Value::object();
    for (const auto& [name, value] : config.tags) all.set(name, value);
    return all;
  };
  return key;
}

constexpr ConfigKey at_least_one(ConfigKey key) {
  key.least = 1;
  return key;
}
constexpr ConfigKey live(ConfigKey key) {
  key.reload = true;
  return key;
}
constexpr ConfigKey env(std::string_view name, ConfigKey key) {
  key.seed_env = name;
  return key;
}
/// What turning it costs, and the default where it is no value.
constexpr ConfigKey costs(ConfigKey key, std::string_view cost, std::string_view standard = {}) {
  key.cost = cost;
  key.standard = standard;
  return key;
}

// In the order in which they are shown. The cost is for whoever thinks of turning it: one line.
constexpr std::array keys = std::to_array<ConfigKey>({
    costs(text<AT(node_id)>("node.id", &is_node_id,
                            "1 to 63 of a-z, 0-9, '.', '_', '-', beginning with a letter or digit"),
          "a new name is a new node to everyone", "<role>-<port>"),
    costs(integer<AT(port)>("node.port", 0, 65535),
          "firewall rules; 0 takes any free port, so nobody knows it beforehand",
          "8001; a worker the first free one from 8002 to 8101"),
    costs(text<AT(address)>("node.address", &is_ip_address, "an IP address"),
          "only loopback addresses are taken in this version: others need TLS and join tokens"),
    costs(text<AT(advertise)>("node.advertise", &is_advertised, "HOST or HOST:PORT"),
          "a wrong one lets others dial a dead end", "node.address and the port"),
    live(costs(tags(), "each travels to every node and narrows whom a selector finds")),
    costs(integer<AT(threads)>("node.threads", 1, 64),
          "more throughput for threadsafe methods; calls of others may hop between cores (30 to 75 us)"),
    live(costs(duration<AT(drain_timeout)>("node.drain_timeout", 0s, 10min),
               "longer stops, fewer calls that are cut off")),
    env("P2P_STATE_DIR", costs(text<AT(state_dir)>("node.state_dir", &is_named_path, "a path"),
                               "another folder is another identity and other keys; its mode is 0700",
                               "$XDG_STATE_HOME/p2p_admin, or ~/.local/state/p2p_admin")),

    costs(at_least_one(list<AT(coordinators)>("join.coordinators", &is_node_address, "HOST:PORT")),
          "one is enough to enter, more survive its absence; a coordinator ignores it"),
    costs(duration<AT(join_timeout)>("join.timeout", 0s, 24h),
          "0 looks for ever; with a limit the worker ends with exit 3, and a supervisor sees the failure"),

    env("SERVICES_DIR", costs(text<AT(services_dir)>("services.dir", &is_named_path, "a path"),
                              "it must belong to the node's user or root, and others must not write it")),
    costs(boolean<AT(watch)>("services.watch"), "false: a change waits for the next scan"),
    costs(duration<AT(scan_interval)>("services.scan_interval", 1s, 1h),
          "only a net under services.watch: shorter reads the folder more often"),
    costs(text<AT(compiler)>("services.compiler", &is_named_path, "a program"),
          "another compiler must make what this node can load, or services fail to load"),
    costs(duration<AT(compile_timeout)>("services.compile_timeout", 1s, 1h),
          "longer lets a compiler that hangs keep its place"),
    costs(integer<AT(compile_jobs)>("services.compile_jobs", 1, 64), "more compete with the node for cores"),

    costs(secret_file(),
          "tokens are HS256 then: whoever has the secret makes admin tokens; 32 bytes at least",
          "none: Ed25519 keys of the state directory"),
    costs(duration<AT(token_ttl)>("auth.token_ttl", 1s, 24h), "longer: a stolen token lives longer"),
    costs(boolean<AT(local_trust)>("auth.local_trust"),
          "false: the first call from this machine needs a token too"),

    env("REDIS_URL", costs(redis_url(),
                           "a second level of the cache that nodes share; empty turns it off. Checked, and "
                           "not used in this version")),

    live(costs(size<AT(http.body)>("http.max_body", KiB, 16 * MiB), "memory of each request")),
    live(costs(integer<AT(http.connections)>("http.max_connections", 1, 1'000'000),
               "file descriptors; one more connection is answered 503")),
    live(costs(integer<AT(http.connections_per_ip)>("http.per_ip", 1, 1'000'000),
               "connections that one address may hold; loopback is not counted")),
    live(costs(duration<AT(http.header_timeout)>("http.header_timeout", 1s, 10min),
               "longer helps slow links, and attackers that are slow on purpose")),
    live(costs(duration<AT(http.idle_timeout)>("http.idle_timeout", 1s, 1h),
               "longer keeps the descriptors of connections with nothing to say")),

    costs(list<AT(allowed_origins)>("http.allowed_origins", &is_origin,
                                    "origins such as https://admin.example"),
          "each may use the API from a browser, with a token and never with cookies"),

    live(costs(duration<AT(call_timeout)>("call.timeout", 1ms, 10min),
               "of methods that say nothing: a stuck one holds its slot that long")),
    live(costs(integer<AT(max_in_flight)>("call.max_in_flight", 1, 1'000'000),
               "calls at once on this node; beyond it 503 with Retry-After")),
    live(costs(integer<AT(json.depth)>("call.json_depth", 8, 1'000),
               "stack of whoever walks a hostile document")),
    live(costs(integer<AT(json.values)>("call.json_members", 100, 100'000'000),
               "memory and time of a hostile document: 16 bytes and more each")),

    live(costs(word<AT(log_level), &level_of, &level_name>("log.level", "trace|debug|info|warn|error"),
               "debug writes a line for each call")),
    costs(word<AT(log_format), &format_of, &format_name>("log.format", "text|json"),
          "json: an object on each line"),
    live(costs(text<AT(log_file)>("log.file", &is_optional_path, "a path"),
               "SIGHUP opens it anew, as logrotate wants; a full disk loses lines", "stderr")),
    costs(integer<AT(log_ring)>("log.ring", 0, 1'000'000),
          "lines that GET /logs can show, about 200 bytes each"),

    costs(boolean<AT(metrics)>("metrics.enabled"),
          "false: GET /metrics is 404; the counting costs too little to end"),

    live(costs(duration<AT(system.sample_interval)>("system.sample_interval", 250ms, 60s),
               "shorter costs CPU, longer shows less")),
    live(costs(boolean<AT(system.execute)>("system.execute"),
               "false takes execute_command and execute_simple_test out of the catalogue")),
    live(costs(duration<AT(system.execute_timeout_max)>("system.execute_timeout_max", 1s, 590s),
               "the longest that a command may keep its place, of which there are 8")),
    live(costs(size<AT(system.output_max)>("system.output_max", KiB, 16 * MiB),
               "memory of each stream of each command; what is over is counted and dropped")),
    live(costs(list<AT(system.services_allow)>("system.services_allow", &is_unit_glob, "unit names or globs"),
               "what service_action may start and stop; nothing: status only")),
    live(costs(word<AT(system.processes_kill), &kill_of, &kill_name>("system.processes_kill", "own|any|none"),
               "whose processes terminate_process may end")),

    costs(text<AT(audit_file)>("audit.file", &is_optional_path, "a path"),
          "each act of an admin waits for its disk",
          "audit.jsonl in the node's folder of the state directory"),
});

#undef AT

struct Reserved {
  std::string_view name, why;
};
// Named in the documents, without a meaning so far. They are refused: what is set must have its effect.
constexpr std::string_view no_cluster = "has no meaning before nodes can join one another",
                           no_network = "has no meaning before a node can be reached over a network",
                           no_hosts = "has no meaning before services can run in processes of their own",
                           no_cache = "has no meaning before results are cached",
                           no_export = "has no meaning before calls are traced";
constexpr std::array reserved = std::to_array<Reserved>({
    {"gossip.interval", no_cluster},
    {"gossip.failure_timeout", no_cluster},
    {"gossip.probe_interval", no_cluster},
    {"gossip.probe_timeout", no_cluster},
    {"gossip.spread_interval", no_cluster},
    {"gossip.spread_nodes", no_cluster},
    {"gossip.reap_after", no_cluster},
    {"broadcast.in_flight", no_cluster},
    {"broadcast.per_node", no_cluster},
    {"tls.cert", no_network},
    {"tls.key", no_network},
    {"tls.key_type", no_network},
    {"services.require_approval", no_network},
    {"call.per_token", no_network},
    {"call.rate", no_network},
    {"call.burst", no_network},
    {"services.pip", no_hosts},
    {"services.host_restart_limit", no_hosts},
    {"cache.memory", no_cache},
    {"cache.max_entry", no_cache},
    {"trace.ratio", no_export},
    {"trace.ring", no_export},
    {"trace.otlp_endpoint", no_export},
    {"ui.enabled", "has no meaning before there is a dashboard"},
    {"ui.docs", "has no meaning before there is a dashboard"},
});

std::string choices(std::string_view words) {
  std::string out = "one of ";
  for (const char c : words) c == '|' ? out += ", " : out += c;
  return out;
}

std::string range(const ConfigKey& key, std::string (*print)(std::int64_t)) {
  return (key.least == 0 ? "of at most " : "from " + print(key.least) + " to ") + print(key.most);
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
  return begin == text.npos ? std::string_view{} : text.substr(begin, end - begin + 1);
}

template <class Visit>
void each_part(std::string_view text, Visit visit) {
  while (!trimmed(text).empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    visit(trimmed(part));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
}

Result<Value> members_of(std::span<const std::string> parts) {
  Value members = Value::object();
  for (const std::string_view part : parts) {
    const auto equals = part.find('=');
    if (equals == part.npos) return fail(Errc::invalid_params, "must be KEY=VALUE");
    members.set(part.substr(0, equals), part.substr(equals + 1));
  }
  return members;
}

}  // namespace

std::string config_env(std::string_view name) {
  std::string out = "P2P_";
  for (const char c : name)
    out += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

std::span<const ConfigKey> config_keys() noexcept { return keys; }

const ConfigKey* find_config_key(std::string_view name) noexcept {
  const auto at = std::ranges::find(keys, name, &ConfigKey::name);
  return at == keys.end() ? nullptr : &*at;
}

std::string_view reserved_config_key(std::string_view name) noexcept {
  const auto at = std::ranges::find(reserved, name, &Reserved::name);
  return at == reserved.end() ? std::string_view{} : at->why;
}

bool is_config_section(std::string_view name) noexcept {
  const auto has = [name](const auto& key) { return key.name.substr(0, key.name.find('.')) == name; };
  return std::ranges::any_of(keys, has) || std::ranges::any_of(reserved, has);
}

std::string nearest_config_key(std::string_view name) {
  std::vector<std::string_view> names;
  for (const ConfigKey& key : keys) names.push_back(key.name);
  for (const Reserved& key : reserved) names.push_back(key.name);
  return nearest(name, names);
}

std::string unknown_config_key(std::string_view name) {
  if (const std::string_view why = reserved_config_key(name); !why.empty())
    return std::string(name) + ' ' + std::string(why);
  std::string close;
  if (name.contains('.')) {
    close = nearest_config_key(name);
  } else {  // it stands at the top, though its place is in a section
    const auto at = std::ranges::find(keys, name, &ConfigKey::leaf);
    if (at != keys.end()) close = at->name;
  }
  return "unknown key '" + shortened(name) + '\'' + (close.empty() ? "" : "; did you mean '" + close + "'?");
}

std::string wanted_text(const ConfigKey& key) {
  switch (key.kind) {
    case ConfigKind::boolean: return "true or false";
    case ConfigKind::integer:
      return "a whole number from " + std::to_string(key.least) + " to " + std::to_string(key.most);
    case ConfigKind::duration:
      return "a duration " +
             range(key, [](std::int64_t ns) { return duration_text(std::chrono::nanoseconds(ns)); });
    case ConfigKind::size:
      return "a size " +
             range(key, [](std::int64_t bytes) { return size_text(static_cast<std::uint64_t>(bytes)); });
    case ConfigKind::list:
      return "a list of " + std::string(key.wanted) + (key.least > 0 ? ", not empty" : "");
    case ConfigKind::text: return key.wanted.contains('|') ? choices(key.wanted) : std::string(key.wanted);
    case ConfigKind::table: return std::string(key.wanted);
  }
  return {};
}

namespace {

/// Files are UTF-8 anyhow; what else says a value must be too, or `config init` could not write it.
bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

Result<Value> value_of_text(const ConfigKey& key, std::string_view text) {
  if (!is_utf8(text)) return rows::refuse(key);
  switch (key.kind) {
    case ConfigKind::boolean:
      for (const std::string_view yes : {"true", "yes", "on", "1"})
        if (text == yes) return true;
      for (const std::string_view no : {"false", "no", "off", "0"})
        if (text == no) return false;
      return rows::refuse(key);
    case ConfigKind::integer: {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size()) return rows::refuse(key);
      return number;
    }
    case ConfigKind::list: {
      Value items = Value::array();
      each_part(text, [&](std::string_view part) { items.push_back(part); });
      return items;
    }
    case ConfigKind::table: {
      std::vector<std::string> parts;
      each_part(text, [&](std::string_view part) { parts.emplace_back(part); });
      return members_of(parts);
    }
    case ConfigKind::duration:
    case ConfigKind::size:
    case ConfigKind::text: return Value(text);
  }
  return Value();
}

Result<Value> value_of_texts(const ConfigKey& key, std::span<const std::string> texts) {
  if (key.kind == ConfigKind::table) return members_of(texts);
  if (key.kind != ConfigKind::list) return value_of_text(key, texts.back());
  Value items = Value::array();
  for (const std::string& text : texts)
    each_part(text, [&](std::string_view part) { items.push_back(part); });
  return items;
}

std::string_view origin_of(const Config& config, const ConfigKey& key) {
  const auto at = config.origins.find(key.name);
  return at == config.origins.end() ? std::string_view("default") : std::string_view(at->second);
}

}  // namespace p2p
