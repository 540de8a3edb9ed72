// BroadcastQueue: what is being told to everybody, each message a limited number of times. Least often told
// goes first, then the longest, then the newest; a packet is filled with the best that fits.
//
// Bounds: at most `limit` messages; above that the one told most often is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "gossip/message.hpp"

namespace p2p::gossip {

class BroadcastQueue {
 public:
  using Ticket = std::uint64_t;  ///< names one message of one queue; never 0

  explicit BroadcastQueue(std::size_t limit) : limit_(limit) {}

  /// `length` is that of the message on the wire. It replaces what is waiting about the same node; with an
  /// empty `about` nothing.
  Ticket add(std::string about, Message message, std::size_t length);

  /// Adds to `parts` what fits into `room` bytes, each taking `per_part` besides its length. What has been
  /// told `times` times by then leaves the queue. Returns the bytes taken.
  std::size_t fill(std::vector<Message>& parts, std::size_t room, std::size_t per_part, std::uint32_t times);

  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }
  /// Not yet told often enough (nor replaced or dropped). Slow: for what happens once in a life.
  [[nodiscard]] bool waiting(Ticket ticket) const noexcept;
  [[nodiscard]] bool waiting_about(std::string_view node) const { return by_name_.contains(node); }

 private:
  struct Order {
    std::uint32_t told;
    std::size_t length;
    Ticket ticket;
    bool operator<(const Order& other) const noexcept {
      if (told != other.told) return told < other.told;
      if (length != other.length) return length > other.length;
      return ticket > other.ticket;
    }
  };
  struct Entry {
    std::string about;
    Message message;
  };
  using Waiting = std::map<Order, Entry>;

  void drop(Waiting::iterator entry);
  void put_back(Waiting::node_type told, std::uint32_t times);

  std::size_t limit_;
  Ticket last_ = 0;
  Waiting waiting_;
  // The keys are the entries' own strings: a node of the map stays where it is while its order changes.
  boost::unordered_flat_map<std::string_view, Order> by_name_;
};

}  // namespace p2p::gossip
