#include "cli/live_names.hpp"

#include <sys/stat.h>

#include "base/digest.hpp"
#include "cli/lists.hpp"
#include "cli/parser.hpp"
#include "cli/secret_file.hpp"
#include "model/method_path.hpp"

namespace p2p {
namespace {

constexpr std::chrono::milliseconds patience{300};
constexpr std::chrono::seconds keeping{10};
constexpr std::size_t cache_limit = 1024 * 1024;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    lines.emplace_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), lines.back().size() + 1));
  }
  return lines;
}

class LiveNames {
 public:
  LiveNames(const std::vector<std::string>& words, World& world) : world_(world) {
    said_ = read_command_line(words).said;
  }

  std::vector<std::string> names(Words kind, const std::string& of) {
    if (kind == Words::context) return contexts();
    if (said_.command == nullptr || (said_.command->shares & reaches_node) == 0) return {};
    Result<NodePlace> place = place_of(said_, world_.environment);
    if (!place) return {};
    const std::string file = kind == Words::parameter ? std::string() : cache_file(place->coord, kind);
    if (auto kept = kept_names(file)) return *std::move(kept);
    std::vector<std::string> found = ask(*std::move(place), kind, of);
    keep(file, found);
    return found;
  }

 private:
  std::vector<std::string> contexts() {
    std::vector<std::string> names;
    if (const Result<Contexts> contexts = read_contexts(world_.environment.config_dir))
      for (const Context& context : contexts->all) names.push_back(context.name);
    return names;
  }

  std::vector<std::string> ask(NodePlace place, Words kind, const std::string& of) {
    Loop loop(world_.clock, nullptr);
    P2PClient::Settings settings;
    settings.place = place.coord;
    settings.token = std::move(place.token);
    settings.timeout = patience;
    const auto client = P2PClient::make(loop, std::move(settings));
    if (!client) return {};
    if (kind == Words::node) return column(**client, node_list, "/cluster/nodes");
    if (kind == Words::service) return column(**client, service_list, "/services");
    if (kind == Words::method) return column(**client, method_list, "/methods");
    return kind == Words::parameter ? parameters(**client, of) : std::vector<std::string>();
  }
  static std::vector<std::string> column(P2PClient& client, const ListForm& form, const char* path) {
    std::vector<std::string> names;
    if (const Result<Value> document = fetch_list(client, QueryText(path), form))
      for (const Value& row : (*document)[form.member].as_array()) names.push_back(row_name(form, row));
    return names;
  }
  static std::vector<std::string> parameters(P2PClient& client, const std::string& method) {
    std::vector<std::string> names;
    const Result<MethodPath> path = MethodPath::parse(method);
    if (!path) return names;
    const Result<Value> document = client.get("/methods/" + path->text());
    if (document && (*document)["params_schema"]["properties"].is_object())
      for (const auto& [name, rules] : (*document)["params_schema"]["properties"].as_object())
        names.push_back(name);
    return names;
  }

  /// One for each node and kind of name.
  std::string cache_file(const std::string& coord, Words kind) const {
    if (world_.environment.cache_dir.empty()) return {};
    const std::string key = coord + '\n' + std::to_string(static_cast<int>(kind));
    return world_.environment.cache_dir + "/names-" + hex(as_text(sha256(key))).substr(0, 16);
  }
  std::optional<std::vector<std::string>> kept_names(const std::string& file) const {
    struct stat facts{};
    if (file.empty() || ::stat(file.c_str(), &facts) != 0) return std::nullopt;
    const auto age = world_.clock.wall() - std::chrono::system_clock::from_time_t(facts.st_mtime);
    if (age > keeping || age < -keeping) return std::nullopt;
    const Result<std::string> text = read_whole(file, cache_limit);
    return text ? std::optional(lines_of(*text)) : std::nullopt;
  }
  static void keep(const std::string& file, const std::vector<std::string>& names) {
    if (file.empty() || names.empty()) return;
    std::string text;
    for (const std::string& name : names) text += name + '\n';
    (void)write_secret_file(file, text);  // without a cache it is asked again
  }

  World& world_;
  Invocation said_;
};

}  // namespace

NameSource live_names(const std::vector<std::string>& words, World& world) {
  const auto live = std::make_shared<LiveNames>(words, world);
  return [live](Words kind, const std::string& of) { return live->names(kind, of); };
}

}  // namespace p2p
