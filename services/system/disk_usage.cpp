#include "disk_usage.hpp"

namespace system_service {

void DiskUsage::begin_round(const std::vector<std::string>& mounts) {
  for (auto& [name, mount] : mounts_) mount.listed = false;
  queue_.clear();
  for (const std::string& name : mounts) {
    Mount& mount = mounts_[name];
    mount.listed = true;
    if (!mount.asked) queue_.push_back(name);
  }
  std::erase_if(mounts_, [](const auto& entry) { return !entry.second.listed && !entry.second.asked; });
}

bool DiskUsage::worker_wanted() {
  if (queue_.empty() || workers_ >= most_workers) return false;
  ++workers_;
  return true;
}

std::optional<std::string> DiskUsage::next() {
  if (queue_.empty()) return std::nullopt;
  std::string name = std::move(queue_.front());
  queue_.pop_front();
  mounts_[name].asked = true;
  return name;
}

void DiskUsage::answered(const std::string& name, std::optional<DiskSpace> space) {
  ++answers_;
  const auto found = mounts_.find(name);
  if (found == mounts_.end()) return;
  Mount& mount = found->second;
  mount.space = space;
  mount.asked = mount.stale = false;
  if (!mount.listed) mounts_.erase(found);
}

void DiskUsage::not_asked(const std::string& name) {
  if (const auto found = mounts_.find(name); found != mounts_.end()) found->second.asked = false;
}

bool DiskUsage::waiting() const {
  if (!queue_.empty()) return true;
  for (const auto& [name, mount] : mounts_)
    if (mount.asked && !mount.stale) return true;
  return false;
}

void DiskUsage::end_round() {
  for (const std::string& name : queue_) mounts_[name].stale = true;
  queue_.clear();
  for (auto& [name, mount] : mounts_) mount.stale = mount.stale || mount.asked;
}

std::map<std::string, DiskSpace> DiskUsage::usage() const {
  std::map<std::string, DiskSpace> known;
  for (const auto& [name, mount] : mounts_)
    if (mount.listed && mount.space) known.emplace(name, *mount.space);
  return known;
}

std::vector<std::string> DiskUsage::stale_mounts() const {
  std::vector<std::string> names;
  for (const auto& [name, mount] : mounts_)
    if (mount.listed && mount.stale) names.push_back(name);
  return names;
}

}  // namespace system_service
