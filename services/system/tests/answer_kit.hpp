// What the tests of the service's answers share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "fake_runtime.hpp"

namespace system_service {

/// All fields of an answer, in any order, with their kinds.
inline void expect_fields(const p2p::Value& answer,
                          const std::vector<std::pair<std::string, p2p::Value::Kind>>& fields) {
  std::vector<std::string> names, expected;
  for (const p2p::Member& member : answer.as_object()) names.push_back(member.first);
  for (const auto& [name, kind] : fields) {
    expected.push_back(name);
    EXPECT_EQ(answer[name].kind(), kind) << name;
  }
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(expected));
}

/// What a call throws that must throw.
inline p2p::Error error_of(ServiceUnderTest& system, const std::string& method, p2p::Value arguments) {
  try {
    (void)system.call(method, std::move(arguments));
  } catch (const p2p::Error& error) {
    return error;
  }
  return {p2p::Errc::internal, "nothing was thrown"};
}

}  // namespace system_service
