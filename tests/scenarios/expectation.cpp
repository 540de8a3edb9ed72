#include "tests/scenarios/expectation.hpp"

#include <algorithm>
#include <vector>

namespace p2p::scenarios {
namespace {

using gossip::MemberEventKind;
using gossip::MemberStatus;
using gossip::NodeState;
using gossip::Record;
using gossip::SerfCluster;
using Node = SerfCluster::Node;

/// Asked of one observer.
using Check = std::function<bool(Node where, std::string& why)>;

std::string state_word(const Record* record) {
  if (record == nullptr) return "unknown";
  switch (gossip::status_of(*record)) {
    case MemberStatus::leaving: return "leaving";
    case MemberStatus::left: return "left";
    case MemberStatus::failed: return "failed";
    case MemberStatus::none:
    case MemberStatus::alive: break;
  }
  return record->state == NodeState::suspect ? "suspect" : "alive";
}

constexpr std::pair<std::string_view, MemberEventKind> event_words[] = {
    {"joined", MemberEventKind::joined},       {"updated", MemberEventKind::updated},
    {"suspected", MemberEventKind::suspected}, {"alive_again", MemberEventKind::alive_again},
    {"failed", MemberEventKind::failed},       {"left", MemberEventKind::left},
    {"forgotten", MemberEventKind::forgotten}, {"conflict", MemberEventKind::conflict},
};

struct Times {
  std::string word;
  std::size_t least = 0, most = 0;
  bool holds(std::size_t count, std::string& why) const {
    why = std::to_string(count) + " times";
    return least <= count && count <= most;
  }
};

Times read_times(Line& line) {
  const std::string word = line.word("never, once, twice or often");
  if (word == "never") return {word, 0, 0};
  if (word == "once") return {word, 1, 1};
  if (word == "twice") return {word, 2, 2};
  if (word == "often") return {word, 1, SIZE_MAX};
  throw line.complaint("here should be never, once, twice or often");
}

class Reader {
 public:
  Reader(Line& line, SerfCluster& cluster, const NodesByWord& nodes)
      : line_(line), cluster_(cluster), nodes_(nodes) {}

  Expectation read() {
    const std::string who = line_.word("a node, or all");
    const bool all = who == "all";
    if (!all && !nodes_.contains(who)) throw line_.complaint("there is no node " + who);
    Check check;
    if (line_.take(all ? "see" : "sees"))
      check = read_sight(all);
    else if (line_.take("got"))
      check = read_got();
    else if (line_.take("told"))
      check = read_told();
    else
      throw line_.complaint("here should be sees, got or told");
    line_.expect_end();
    if (all) return for_all(std::move(check));
    return [&cluster = cluster_, check = std::move(check), node = nodes_.at(who)](std::string& why) {
      why = "the observer does not run";
      return cluster.net.runs(node) && check(node, why);
    };
  }

 private:
  Expectation for_all(Check check) {
    return [&cluster = cluster_, &nodes = nodes_, check = std::move(check), but = about_](std::string& why) {
      return std::ranges::all_of(nodes, [&](const auto& one) {
        if (!cluster.net.runs(one.second) || one.first == but || check(one.second, why)) return true;
        why = one.first + ": " + why;
        return false;
      });
    };
  }

  Check read_sight(bool by_all) {
    if (by_all && line_.take("all"))
      return [&cluster = cluster_](Node, std::string& why) {
        why = "not all see all";
        return cluster.all_see_all();
      };
    const std::string whom = name_of_a_node();
    if (line_.take("tag")) return read_tag(whom);
    if (line_.take("incarnation")) return read_incarnation(whom);
    const std::string state = line_.word("a state");
    constexpr std::string_view states[] = {"alive", "suspect", "leaving", "left", "failed", "unknown"};
    if (std::ranges::find(states, state) == std::end(states))
      throw line_.complaint("no state is called " + state);
    return [&cluster = cluster_, whom, state](Node where, std::string& why) {
      why = state_word(cluster.serf(where).swim().record(whom));
      return why == state;
    };
  }

  Check read_tag(const std::string& whom) {
    const std::string pair = line_.word("key=value");
    const std::string key = pair.substr(0, pair.find('=')),
                      value = pair.substr(std::min(key.size() + 1, pair.size()));
    return [&cluster = cluster_, whom, key, value](Node where, std::string& why) {
      const std::string is = cluster.tag(where, whom, key);
      why = key + "=" + is;
      return is == value;
    };
  }

  Check read_incarnation(const std::string& whom) {
    const std::uint64_t least = line_.number("an incarnation");
    return [&cluster = cluster_, whom, least](Node where, std::string& why) {
      const Record* record = cluster.serf(where).swim().record(whom);
      why = record == nullptr ? "unknown" : std::to_string(record->incarnation);
      return record != nullptr && record->incarnation >= least;
    };
  }

  Check read_got() {
    const std::string event = line_.word("a user event");
    return [&cluster = cluster_, event, times = read_times(line_)](Node where, std::string& why) {
      const auto count = std::ranges::count_if(cluster.seen, [&](const SerfCluster::Seen& seen) {
        return seen.where == where && seen.event.kind == MemberEventKind::user_event &&
               seen.event.name == event;
      });
      return times.holds(static_cast<std::size_t>(count), why);
    };
  }

  Check read_told() {
    const std::string whom = name_of_a_node();
    const std::string word = line_.word("an event");
    const auto* const kind =
        std::ranges::find(event_words, word, &std::pair<std::string_view, MemberEventKind>::first);
    if (kind == std::end(event_words)) throw line_.complaint("no event is called " + word);
    return [&cluster = cluster_, whom, kind, times = read_times(line_)](Node where, std::string& why) {
      return times.holds(cluster.told(where, kind->second, whom), why);
    };
  }

  /// Two nodes may have the same.
  std::string name_of_a_node() {
    about_ = line_.word("a node");
    const auto found = nodes_.find(about_);
    if (found == nodes_.end()) throw line_.complaint("there is no node " + about_);
    return cluster_.net.info(found->second)->name;
  }

  Line& line_;
  SerfCluster& cluster_;
  const NodesByWord& nodes_;
  std::string about_;
};

}  // namespace

Expectation read_expectation(Line& line, SerfCluster& cluster, const NodesByWord& nodes) {
  return Reader(line, cluster, nodes).read();
}

}  // namespace p2p::scenarios
