// SwimDelegate: who builds on the membership machine (SerfCore) and gives its messages a meaning. Every
// function has an answer for whoever does not care.
//
// It is called in the middle of a SwimCore call: it may change the record it is shown (but for name and
// state) and call broadcast() and notify() of the core, nothing else of it.
#pragma once

#include "gossip/action.hpp"
#include "gossip/node_table.hpp"

namespace p2p::gossip {

class SwimDelegate {
 public:
  SwimDelegate() = default;
  SwimDelegate(const SwimDelegate&) = delete;
  SwimDelegate& operator=(const SwimDelegate&) = delete;
  virtual ~SwimDelegate() = default;

  /// The body of a User message, from a packet or a stream.
  virtual void on_user(TimePoint now, const Bytes& body) { (void)now, (void)body; }
  /// What goes with a push/pull, and what came with one.
  virtual Bytes local_state(bool join) { return (void)join, Bytes(); }
  virtual void merge_remote_state(TimePoint now, const Bytes& state, bool join) {
    (void)now, (void)state, (void)join;
  }
  /// What to call it in the MemberEvent: ordinarily `kind`, but who knows of an intent to leave says `left`
  /// for `failed`. Not called for the node itself at the start.
  virtual MemberEventKind on_member_change(TimePoint now, MemberEventKind kind, Record& record) {
    return (void)now, (void)record, kind;
  }
  virtual void on_join_result(TimePoint now, const JoinResult& result) { (void)now, (void)result; }
};

}  // namespace p2p::gossip
