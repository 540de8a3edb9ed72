// Repeated keys of an object that was read: the last value counts, at the place of the first.
#pragma once

#include <cstdint>
#include <vector>

#include <p2p/value.hpp>

namespace p2p::json {

/// `order` is room to work in, kept between calls.
void drop_repeated(Object& members, std::vector<std::uint32_t>& order);

}  // namespace p2p::json
