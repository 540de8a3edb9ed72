// ClusterView: who is in the cluster, as this node sees it at one moment. Never changed once made: readers
// keep the one they took, without a lock.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "gossip/tags.hpp"

namespace p2p {

enum class MemberStatus : std::uint8_t { alive, suspected, dead, left };
/// "alive", "suspected", "dead", "left": the API's words.
[[nodiscard]] std::string_view status_name(MemberStatus status) noexcept;

struct ClusterMember {
  std::string id;
  Endpoint at;
  gossip::Tags tags;  ///< ours and the operator's (cluster.md, section 5)
  MemberStatus status = MemberStatus::alive;
  std::uint32_t incarnation = 0;
  Instant since;  ///< of the status
  bool self = false;

  [[nodiscard]] std::string_view tag(std::string_view key) const;
  [[nodiscard]] std::string_view role() const { return tag("role"); }
  /// Why it is not well: "loop", "sampler", "mem", "fd"; empty when it is.
  [[nodiscard]] std::string_view degraded() const { return tag("deg"); }
  [[nodiscard]] bool draining() const { return !tag("drain").empty(); }
  /// The tags that the operator gave.
  [[nodiscard]] gossip::Tags own_tags() const;
};

class ClusterView {
 public:
  ClusterView() = default;
  /// In any order.
  explicit ClusterView(std::vector<ClusterMember> members);

  [[nodiscard]] const std::vector<ClusterMember>& members() const noexcept { return members_; }  ///< by id
  [[nodiscard]] const ClusterMember* find(std::string_view id) const;
  [[nodiscard]] std::size_t count(MemberStatus status) const noexcept;

  bool detached = false;           ///< most of the cluster is out of reach (cluster.md, section 8)
  bool joined = false;             ///< somebody has let this node in, or it needs nobody
  std::string join_status;         ///< what fails, while not joined
  std::uint32_t health_score = 0;  ///< 0 well; memberlist's own measure of this node

 private:
  std::vector<ClusterMember> members_;
};
using ClusterViewPtr = std::shared_ptr<const ClusterView>;

/// The keys of tags that the node itself uses; no operator may set them.
[[nodiscard]] bool is_reserved_tag(std::string_view key) noexcept;

}  // namespace p2p
