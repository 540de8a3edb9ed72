#include "cluster/cluster_view.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace p2p {
namespace {

constexpr std::array<std::string_view, 8> reserved{"cat",  "deg",    "drain", "inst",
                                                   "role", "scheme", "svc",   "ver"};

}  // namespace

std::string_view status_name(MemberStatus status) noexcept {
  switch (status) {
    case MemberStatus::alive: return "alive";
    case MemberStatus::suspected: return "suspected";
    case MemberStatus::dead: return "dead";
    case MemberStatus::left: return "left";
  }
  return "";
}

bool is_reserved_tag(std::string_view key) noexcept { return std::ranges::binary_search(reserved, key); }

std::string_view ClusterMember::tag(std::string_view key) const {
  const auto found = tags.find(key);
  return found == tags.end() ? std::string_view{} : found->second;
}

gossip::Tags ClusterMember::own_tags() const {
  gossip::Tags own = tags;
  std::erase_if(own, [](const auto& tag) { return is_reserved_tag(tag.first); });
  return own;
}

ClusterView::ClusterView(std::vector<ClusterMember> members) : members_(std::move(members)) {
  std::ranges::sort(members_, {}, &ClusterMember::id);
}

const ClusterMember* ClusterView::find(std::string_view id) const {
  const auto found = std::ranges::lower_bound(
      members_, id, {}, [](const ClusterMember& one) -> std::string_view { return one.id; });
  return found == members_.end() || found->id != id ? nullptr : &*found;
}

std::size_t ClusterView::count(MemberStatus status) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(members_, status, &ClusterMember::status));
}

}  // namespace p2p
