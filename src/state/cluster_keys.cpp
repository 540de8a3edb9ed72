#include "state/cluster_keys.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>

#include "base/digest.hpp"
#include "base/json.hpp"

namespace p2p {
namespace {

constexpr std::size_t key_bytes = 32, id_bytes = 16;
constexpr std::int64_t format = 1;

std::string random_bytes(Random& random, std::size_t count) {
  std::string bytes(count, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

std::unexpected<Error> damaged(const StateDir& state, std::string_view name, const std::string& reason) {
  return fail(Errc::unavailable, (state.path() / name).native() + ": is damaged (" + reason +
                                     "); bring it back from a backup, it is never made anew by itself");
}

/// A first start makes what is missing. Later nothing is made anew: it would cut the node off from its
/// cluster.
enum class Start { first, later };

std::unexpected<Error> lost(const StateDir& state, std::string_view name) {
  return fail(Errc::unavailable,
              (state.path() / name).native() +
                  ": is missing, though nodes of this cluster ran here; bring it back from a "
                  "backup, it is never made anew by itself");
}

Result<Secret> load_key(const StateDir& state, Random& random, std::string_view name, Start start) {
  auto key = start == Start::later
                 ? state.read(name)
                 : state.read_or_make(name, [&] { return Secret(random_bytes(random, key_bytes)); });
  if (!key && key.error().code() == Errc::not_found) return lost(state, name);
  if (!key) return key;
  if (key->size() != key_bytes) {
    return damaged(state, name,
                   std::to_string(key->size()) + " bytes instead of " + std::to_string(key_bytes));
  }
  // What a file system leaves of a write that a power cut ended.
  if (std::ranges::all_of(key->reveal(), [](char c) { return c == '\0'; }))
    return damaged(state, name, "zeros only");
  return key;
}

bool is_cluster_id(const std::string& text) {
  return text.size() == 2 * id_bytes && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<std::string> load_cluster_id(const StateDir& state, Random& random) {
  constexpr std::string_view name = "cluster.json";
  const auto text = state.read_or_make(name, [&] {
    return Secret(json::dump(Value{{"cluster_id", hex(random_bytes(random, id_bytes))}, {"format", format}}) +
                  "\n");
  });
  if (!text) return fail(text.error());
  const auto document = json::parse(text->reveal());
  if (!document) return damaged(state, name, document.error().message());
  const Value &id = (*document)["cluster_id"], &version = (*document)["format"];
  if (!id.is_string() || !is_cluster_id(id.as_string()))
    return damaged(state, name, "no cluster_id of 32 hexadecimal digits");
  if (version != Value(format)) {
    return fail(Errc::unavailable, (state.path() / name).native() + ": has another format than " +
                                       std::to_string(format) + "; a newer p2p_admin wrote it");
  }
  return id.as_string();
}

}  // namespace

Result<ClusterKeys> load_cluster_keys(const StateDir& state, Random& random) {
  // cluster.json is made last, and nodes/ after it: so what is there tells whether something was lost.
  std::error_code ignored;
  const bool nodes_ran = std::filesystem::exists(state.path() / "nodes", ignored);
  const auto known = state.read("cluster.json");
  if (!known && known.error().code() != Errc::not_found) return fail(known.error());
  if (!known && nodes_ran) return lost(state, "cluster.json");
  const Start start = known ? Start::later : Start::first;
  Result<std::string> id;
  if (start == Start::later) id = load_cluster_id(state, random);
  if (!id) return fail(std::move(id.error()));
  auto key = load_key(state, random, "cluster.key", start);
  if (!key) return fail(std::move(key.error()));
  auto seed = load_key(state, random, "jwt/ed25519.seed", start);
  if (!seed) return fail(std::move(seed.error()));
  if (start == Start::first) id = load_cluster_id(state, random);
  if (!id) return fail(std::move(id.error()));
  return ClusterKeys{std::move(*id), std::move(*key), std::move(*seed)};
}

}  // namespace p2p
