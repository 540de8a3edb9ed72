#include "state/node_id.hpp"

#include <algorithm>
#include <array>

namespace p2p {
namespace {

constexpr std::array roles = std::to_array<std::string_view>({"coordinator", "worker"});

std::string default_id(std::string_view role, std::uint16_t port) {
  return std::string(role) + "-" + std::to_string(port);
}

bool is_default(std::string_view id, std::uint16_t port) {
  return std::ranges::any_of(roles, [&](std::string_view role) { return id == default_id(role, port); });
}

/// The name in the file, empty when there is none yet.
Result<std::string> remembered(const StateDir& state, const std::string& name) {
  const auto text = state.read(name);
  if (!text && text.error().code() == Errc::not_found) return std::string();
  if (!text) return fail(text.error());
  std::string_view id = text->reveal();
  if (id.ends_with('\n')) id.remove_suffix(1);
  if (is_node_id(id)) return std::string(id);
  const std::string path = (state.path() / name).native();
  return fail(Errc::unavailable,
              path +
                  ": holds no node id; write the node's name into it, or remove it to start "
                  "with the default one");
}

}  // namespace

bool is_node_id(std::string_view text) noexcept {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 63 && plain(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

std::string node_folder(std::uint16_t port) { return "nodes/" + std::to_string(port); }

Result<std::string> settle_node_id(const StateDir& state, std::uint16_t port, std::string_view given,
                                   std::string_view role) {
  if (!given.empty() && !is_node_id(given)) {
    return fail(Errc::invalid_params,
                "node id '" + std::string(given) +
                    "' must be 1 to 63 of a-z, 0-9, '.', '_', '-' and begin with a letter or digit");
  }
  const std::string name = node_folder(port) + "/node_id";
  auto known = remembered(state, name);
  if (!known && given.empty()) return known;
  std::string id(given);
  if (id.empty()) id = known->empty() || is_default(*known, port) ? default_id(role, port) : *known;
  if (known && *known == id) return id;
  if (auto written = state.write(name, id + "\n"); !written) return fail(std::move(written.error()));
  return id;
}

}  // namespace p2p
