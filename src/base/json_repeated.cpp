#include "base/json_repeated.hpp"

#include <algorithm>
#include <numeric>
#include <string>

namespace p2p::json {
namespace {

// Up to so many members each is compared with each, which is cheaper than sorting them.
constexpr std::size_t few = 32;

constexpr std::size_t npos = static_cast<std::size_t>(-1);

// Of members `earlier` and `later` of one name the earlier keeps its place and gets the value of the later,
// which is marked as gone.
void replace(Object& members, std::size_t earlier, std::size_t later, std::vector<bool>& gone) {
  if (gone.empty()) gone.resize(members.size());
  members[earlier].second = std::move(members[later].second);
  gone[later] = true;
}

std::size_t earlier_of_same_name(const Object& members, std::size_t later) {
  for (std::size_t i = 0; i < later; ++i) {
    if (members[i].first == members[later].first) return i;
  }
  return npos;
}

void find_repeated_of_few(Object& members, std::vector<bool>& gone) {
  for (std::size_t i = 1; i < members.size(); ++i) {
    const std::size_t earlier = earlier_of_same_name(members, i);
    if (earlier != npos) replace(members, earlier, i, gone);
  }
}

// Sorted, not hashed: whoever sends the keys cannot make it slow. By length first, which is one comparison.
void find_repeated_of_many(Object& members, std::vector<std::uint32_t>& order, std::vector<bool>& gone) {
  const auto key = [&](std::uint32_t i) -> const std::string& { return members[i].first; };
  order.resize(members.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    if (key(a).size() != key(b).size()) return key(a).size() < key(b).size();
    const int side = key(a).compare(key(b));
    return side != 0 ? side < 0 : a < b;
  });
  for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
    if (key(order[i]) == key(order[first])) {
      replace(members, order[first], order[i], gone);
    } else {
      first = i;
    }
  }
}

void drop(Object& members, const std::vector<bool>& gone) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (gone[i]) continue;
    if (kept != i) members[kept] = std::move(members[i]);
    ++kept;
  }
  members.resize(kept);
}

}  // namespace

void drop_repeated(Object& members, std::vector<std::uint32_t>& order) {
  std::vector<bool> gone;  // allocates only when a key was repeated
  if (members.size() <= few) {
    find_repeated_of_few(members, gone);
  } else {
    find_repeated_of_many(members, order, gone);
  }
  if (!gone.empty()) drop(members, gone);
}

}  // namespace p2p::json
