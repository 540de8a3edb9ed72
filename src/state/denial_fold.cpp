#include "state/denial_fold.hpp"

namespace p2p {
namespace {

std::string address_of(const std::string& peer) { return peer.substr(0, peer.rfind(':')); }

}  // namespace

std::optional<AuditRecord> DenialFold::add(AuditRecord denial, Instant now) {
  Key key(address_of(denial.peer), denial.outcome);
  if (!open_.contains(key) && open_.size() >= keys) {
    denial.peer = "others";
    denial.outcome = "denied";
    key = {denial.peer, denial.outcome};
  }
  const auto found = open_.find(key);
  if (found == open_.end() || (found->second.end <= now && found->second.count == 0)) {
    open_.insert_or_assign(std::move(key), Window{.end = now + window, .last = {}, .count = 0});
    return denial;
  }
  found->second.last = std::move(denial);
  ++found->second.count;
  return std::nullopt;
}

std::vector<AuditRecord> DenialFold::due(Instant now) {
  std::vector<AuditRecord> records;
  for (auto at = open_.begin(); at != open_.end();) {
    Window& open = at->second;
    if (open.end > now) {
      ++at;
    } else if (open.count == 0) {
      at = open_.erase(at);
    } else {  // its record begins the next second, so one that goes on makes one a second and not two
      records.push_back(take(open));
      open.end = now + window;
      ++at;
    }
  }
  return records;
}

std::vector<AuditRecord> DenialFold::flush() {
  std::vector<AuditRecord> records;
  for (auto& [key, open] : open_) {
    if (open.count > 0) records.push_back(take(open));
  }
  open_.clear();
  return records;
}

AuditRecord DenialFold::take(Window& open) {
  AuditRecord record = std::move(open.last);
  record.count = std::exchange(open.count, 0);
  return record;
}

}  // namespace p2p
