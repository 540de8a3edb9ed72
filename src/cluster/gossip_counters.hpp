// GossipCounters: what gossip has sent, taken and refused. Any thread may read them.
#pragma once

#include "base/tally.hpp"

namespace p2p {

struct GossipCounters {
  Tally packets_in, packets_out, bytes_in, bytes_out;  ///< of datagrams, sealed; without UDP's own headers
  Tally streams_in, streams_out;
  Tally not_sent;  ///< datagrams the kernel did not take

  // refused, and why
  Tally unsealed;     ///< no key of ours opens it
  Tally replayed;     ///< it has been here before
  Tally malformed;    ///< sealed with our key, and still no message
  Tally turned_away;  ///< streams above what is served at once

  Tally suspicions;  ///< of members, as this node came to know
};

}  // namespace p2p
