// NodeFilter: the node filters that every list knows (http-api.md, section 6; cli.md, section 12): node=
// glob, role=, tag=key=value, service=, status=. Different ones must all hold; of repeated ones one, of
// repeated tags all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "service_layer/query.hpp"

namespace p2p {

class NodeFilter {
 public:
  /// A list of services or methods has a meaning of its own for `service`.
  enum class Service { of_node, is_mine };
  /// invalid_request for a role or a status that no node can have. `status`: those that are meant for nodes.
  [[nodiscard]] static Result<NodeFilter> read(const Query& query, const std::vector<std::string>& status,
                                               Service service = Service::of_node);

  /// `node` is a row of /cluster/nodes.
  [[nodiscard]] bool matches(const Value& node) const;

  /// Whether the word can stand for a node's status.
  [[nodiscard]] static bool is_status(std::string_view word);

 private:
  std::vector<std::string> nodes_, roles_, tags_, services_, status_;
};

/// Whether `text` fits the glob (`*`, `?`, `[abc]`).
[[nodiscard]] bool fits_glob(const std::string& glob, const std::string& text);

}  // namespace p2p
