// What the answers of several methods need.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>

#include <p2p/value.hpp>

namespace system_service {

/// What is absent in an answer is left out, not null.
[[nodiscard]] inline p2p::Value without(p2p::Value answer, std::string_view absent) {
  std::erase_if(answer.make_object(),
                [&](const p2p::Member& member) { return member.first == absent && member.second.is_null(); });
  return answer;
}

}  // namespace system_service
