#include "tests/scenarios/stage.hpp"

#include <algorithm>

#include "tests/scenarios/expectation.hpp"

namespace p2p::scenarios {

using gossip::SerfCluster;

void Stage::play(Line line) {
  if (line.done()) return;
  if (line.take("set")) return set(line);
  if (line.take("nodes")) return start_all(line);
  SerfCluster& cluster = this->cluster(line);
  const bool by = line.take("by");
  const gossip::TimePoint when = by || line.take("at") ? line.time() : cluster.net.now();
  if (!by) run_to(line, when);
  if (!by && !line.take("expect")) return act(line);
  if (by) line.expect("expect");
  const Expectation holds = read_expectation(line, cluster, nodes_);
  std::string why;
  if (by ? cluster.net.run_until([&] { return holds(why); }, when - cluster.net.now()) : holds(why)) return;
  throw line.complaint("does not hold; it is: " + why + " (seed " + std::to_string(seed_) + ")");
}

void Stage::set(Line& line) {
  if (cluster_ != nullptr) throw line.complaint("set comes before nodes");
  const std::string what = line.word("a setting");
  const std::int64_t ms = line.time() / gossip::milliseconds_us;
  if (what == "forget")
    config_.swim.forget_ms = ms;
  else if (what == "reclaim")
    config_.swim.reclaim_ms = ms;
  else
    throw line.complaint("no setting is called " + what);
  line.expect_end();
}

void Stage::start_all(Line& line) {
  if (cluster_ != nullptr) throw line.complaint("there are nodes already");
  cluster_ = std::make_unique<SerfCluster>(seed_, SerfCluster::Mode::bytes, config_);
  while (!line.done()) {
    const std::string name = line.word("a node");
    const Node added = cluster_->net.add(name);
    if (!nodes_.emplace(name, added).second) throw line.complaint("there are two nodes " + name);
    if (added > 0) cluster_->net.join(added, 0);
  }
}

SerfCluster& Stage::cluster(const Line& line) {
  if (cluster_ == nullptr) throw line.complaint("first there must be nodes");
  return *cluster_;
}

void Stage::run_to(const Line& line, gossip::TimePoint when) {
  const gossip::TimePoint span = when - cluster_->net.now();
  if (span < 0) throw line.complaint("that time is over");
  cluster_->net.run_for(span);
}

Stage::Node Stage::node(Line& line) {
  const auto found = nodes_.find(line.word("a node"));
  if (found == nodes_.end()) throw line.complaint("there is no such node");
  return found->second;
}

Stage::Node Stage::running(Line& line) {
  const Node one = node(line);
  if (!cluster_->net.runs(one)) throw line.complaint("it does not run");
  return one;
}

void Stage::act(Line& line) {
  gossip::SimNetwork& net = cluster_->net;
  if (line.take("kill")) {
    net.kill(running(line));
  } else if (line.take("start")) {
    start(line);
  } else if (line.take("leave")) {
    net.leave(running(line));
  } else if (line.take("stop")) {
    net.stop(running(line));
  } else if (line.take("continue")) {
    net.go_on(running(line));
  } else if (line.take("cut")) {
    cut(line);
  } else if (line.take("split")) {
    split(line);
  } else if (line.take("heal")) {
    cut_.clear();
    packets_cut_.clear();
  } else if (line.take("weather")) {
    weather(line);
  } else if (line.take("tag")) {
    tag(line);
  } else if (line.take("event")) {
    const Node from = running(line);
    const std::string name = line.word("a name");
    const auto told =
        cluster_->user_event(from, name, line.done() ? gossip::Bytes() : line.word("a payload"));
    if (!told) throw line.complaint(told.error().message());
  } else if (line.take("hint")) {
    const Node where = running(line);
    cluster_->serf(where).probe_soon(net.now(), net.info(node(line))->name);
    net.poke(where);
  } else if (line.take("forget")) {
    const Node where = running(line);
    const auto done = cluster_->serf(where).forget(net.now(), net.info(node(line))->name);
    if (!done) throw line.complaint(done.error().message());
    net.poke(where);
  } else if (line.take("hear")) {
    hear(line);
  } else {
    throw line.complaint("\"" + line.word("something to do") + "\" is nothing one can do");
  }
  line.expect_end();
  apply_cuts();
}

void Stage::start(Line& line) {
  const std::string word = line.word("a node");
  const std::string name = line.take("named") ? line.word("its name") : word;
  const auto known = nodes_.find(word);
  if (known == nodes_.end()) {
    nodes_.emplace(word, cluster_->net.add(name));
  } else {
    if (cluster_->net.runs(known->second)) throw line.complaint("it runs");
    cluster_->net.revive(known->second);
  }
  cluster_->net.join(nodes_.at(word), 0);
}

void Stage::cut(Line& line) {
  std::set<Way>& ways = line.take("packets") ? packets_cut_ : cut_;
  const Node a = node(line);
  const bool one_way = line.take(">");
  const Node b = node(line);
  ways.emplace(a, b);
  if (!one_way) ways.emplace(b, a);
}

void Stage::split(Line& line) {
  std::set<Node> side;
  while (!line.done()) side.insert(node(line));
  for (const auto& [a_word, a] : nodes_)
    for (const auto& [b_word, b] : nodes_)
      if (side.contains(a) != side.contains(b)) cut_.emplace(a, b);
}

void Stage::apply_cuts() {
  cluster_->net.cut([this](Node from, Node to) { return cut_.contains({from, to}); });
  cluster_->net.cut_packets([this](Node from, Node to) { return packets_cut_.contains({from, to}); });
}

void Stage::weather(Line& line) {
  gossip::SimWeather& weather = cluster_->net.weather;
  weather = {};
  while (!line.done()) {
    if (line.take("loss"))
      weather.loss = line.share();
    else if (line.take("doubled"))
      weather.duplicated = line.share();
    else
      line.expect("late"), weather.late = line.share();
  }
}

void Stage::tag(Line& line) {
  const Node where = running(line);
  const std::string pair = line.word("key=value");
  const std::size_t equals = pair.find('=');
  if (equals == std::string::npos) throw line.complaint("a tag is written key=value");
  gossip::SerfCore& serf = cluster_->serf(where);
  gossip::Tags tags = *serf.member(cluster_->net.now(), serf.me()->name)->tags;
  tags[pair.substr(0, equals)] = pair.substr(equals + 1);
  if (equals + 1 == pair.size()) tags.erase(pair.substr(0, equals));
  if (const auto done = cluster_->set_tags(where, tags); !done) throw line.complaint(done.error().message());
}

void Stage::hear(Line& line) {
  const Node where = running(line);
  const std::string what = line.word("leave, join, dead or suspect");
  const std::string name = line.word("a name");  // maybe of nobody yet
  const std::uint64_t number = line.number("a Lamport time or incarnation");
  if (what == "leave") return cluster_->hear(where, gossip::LeaveIntent{number, name, false});
  if (what == "join") return cluster_->hear(where, gossip::JoinIntent{number, name});
  const auto incarnation = static_cast<std::uint32_t>(number);
  const std::string from = line.word("who says so");
  std::vector<gossip::Message> parts;
  if (what == "dead")
    parts.emplace_back(gossip::Dead{incarnation, name, from});
  else if (what == "suspect")
    parts.emplace_back(gossip::Suspect{incarnation, name, from});
  else
    throw line.complaint("one can hear leave, join, dead or suspect");
  cluster_->net.machine(where).on_packet(cluster_->net.now(), {}, parts);
  cluster_->net.poke(where);
}

}  // namespace p2p::scenarios
