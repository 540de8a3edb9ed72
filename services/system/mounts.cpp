#include "mounts.hpp"

#include <algorithm>
#include <array>

#include <sys/statvfs.h>

#include "text_scan.hpp"

namespace system_service {
namespace {

constexpr std::size_t most_mounts = 64;

/// File systems whose device is no path but which hold files all the same.
constexpr std::array<std::string_view, 16> without_device = {
    "nfs",    "nfs4", "cifs",     "smb3",       "ceph",           "9p",    "virtiofs", "zfs", "btrfs",
    "lustre", "afs",  "bcachefs", "fuse.sshfs", "fuse.glusterfs", "ocfs2", "gfs2"};

bool holds_files(std::string_view device, std::string_view type, std::string_view mount) {
  if (type == "overlay") return mount == "/";
  if (type == "squashfs" || type == "iso9660" || type == "erofs") return false;
  return device.starts_with('/') || std::ranges::find(without_device, type) != without_device.end();
}

/// Blanks and backslashes in names are written as `\040`.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] != '\\' || !digit(i + 1) || !digit(i + 2) || !digit(i + 3)) {
      out += text[i];
      continue;
    }
    out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return out;
}

}  // namespace

std::vector<std::string> real_mounts(std::string_view mounts_text) {
  std::vector<std::string> mounts;
  std::vector<std::string_view> devices;
  while (!mounts_text.empty() && mounts.size() < most_mounts) {
    std::string_view line = next_line(mounts_text);
    const std::string_view device = next_word(line);
    std::string mount = unescaped(next_word(line));
    const std::string_view type = next_word(line);
    if (mount.empty() || !holds_files(device, type, mount)) continue;
    if (std::ranges::find(devices, device) != devices.end() ||
        std::ranges::find(mounts, mount) != mounts.end())
      continue;
    devices.push_back(device);
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

std::optional<DiskSpace> ask_space(const std::string& mount) {
  struct statvfs answer{};
  if (::statvfs(mount.c_str(), &answer) != 0 || answer.f_blocks == 0) return std::nullopt;
  const auto bytes = [&](fsblkcnt_t blocks) { return static_cast<std::int64_t>(blocks * answer.f_frsize); };
  return DiskSpace{bytes(answer.f_blocks), bytes(answer.f_blocks - answer.f_bfree), bytes(answer.f_bavail)};
}

}  // namespace system_service
