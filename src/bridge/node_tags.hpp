// NodeTags: what the operator says of this node (`disk=ssd`). Settings may change while calls are placed by
// them.
//
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/published.hpp"

namespace p2p {

class NodeTags {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;

  void set(Map tags) { tags_.set(std::make_shared<const Map>(std::move(tags))); }
  /// An empty value: any.
  [[nodiscard]] bool has(std::string_view key, std::string_view value) const {
    const std::shared_ptr<const Map> tags = tags_.get();
    const auto found = tags->find(key);
    return found != tags->end() && (value.empty() || found->second == value);
  }

 private:
  Published<Map> tags_;
};

}  // namespace p2p
