// Joiner: when which seed is asked to let this node in. A round asks all of them at once; one that answers is
// enough. Without an answer it goes on for ever; with one it still asks each seed that is no living member,
// so that a coordinator that was restarted, replaced or cut off is found by everybody who was told of it
// (cluster.md, section 3).
//
//   asked()    says whom to ask now; the driver resolves names, asks, and says how that ended
//   answered()
//   status()   what /readyz and the log say while nobody has answered
//
// Pure: no clock, no sockets. Threads: one, the driver's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "gossip/action.hpp"
#include "gossip/dice.hpp"
#include "gossip/membership.hpp"

namespace p2p {

class Joiner {
 public:
  /// `remembered`: members of an earlier life. They are asked two seconds after the seeds, once in a round,
  /// until somebody has answered.
  Joiner(std::vector<std::string> seeds, std::vector<std::string> remembered, std::uint64_t dice,
         gossip::TimePoint now);

  /// "host:port" of those to ask now. `living`: the seed is a living member, as the driver knows its address.
  template <class Living>
  [[nodiscard]] std::vector<std::string> asked(gossip::TimePoint now, Living&& living) {
    std::vector<std::string> all;
    if (now >= next_round_) {
      for (Seed& seed : seeds_)
        if (!living(seed.at)) all.push_back(seed.at);
      begin_round(now);
    }
    if (now >= next_remembered_) {
      if (!joined_) all.insert(all.end(), remembered_.begin(), remembered_.end());
      next_remembered_ = gossip::never;
    }
    return all;
  }
  [[nodiscard]] gossip::TimePoint next_deadline() const noexcept {
    return std::min(next_round_, next_remembered_);
  }

  void answered(const std::string& at);
  void failed(const std::string& at, std::string why);

  [[nodiscard]] bool joined() const noexcept { return joined_; }
  [[nodiscard]] bool alone() const noexcept { return seeds_.empty(); }
  [[nodiscard]] std::uint32_t rounds() const noexcept { return rounds_; }
  /// "127.0.0.1:8001: connection refused (attempt 7), ..." of the seeds that have not answered.
  [[nodiscard]] std::string status() const;
  /// The line that is due: at the first round that failed, then each 15 s, while nobody has answered.
  [[nodiscard]] bool line_due(gossip::TimePoint now);

 private:
  struct Seed {
    std::string at;
    std::string why = "not asked yet";
    std::uint32_t attempts = 0;
    bool answered = false;
  };

  void begin_round(gossip::TimePoint now);
  [[nodiscard]] Seed* find(const std::string& at);

  std::vector<Seed> seeds_;
  std::vector<std::string> remembered_;
  gossip::Dice dice_;
  gossip::TimePoint next_round_, next_remembered_, next_line_;
  std::uint32_t rounds_ = 0;
  bool joined_ = false;
};

}  // namespace p2p
