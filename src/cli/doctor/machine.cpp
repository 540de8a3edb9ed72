#include "cli/doctor/machine.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "auth/secret_check.hpp"
#include "hosting/folder_check.hpp"
#include "hosting/folder_listing.hpp"
#include "net/port_holder.hpp"
#include "state/state_dir.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t mebibyte = 1024 * 1024;
constexpr std::uint64_t enough_space = 512 * mebibyte;  // some builds of services, and months of audit
constexpr std::uint64_t least_space = 32 * mebibyte;    // below it a build or the audit log soon fails
constexpr std::uint64_t least_files = 1000;
constexpr std::uint64_t enough_descriptors = 4096;
constexpr std::uint64_t least_descriptors = 256;
constexpr std::uint64_t reserve = 32;  // descriptors that the listener leaves to the rest of the node

std::string reason_of(int number) { return std::generic_category().message(number); }

/// The part of the way to `path` that is there.
fs::path nearest_there(const std::string& path) {
  std::error_code error;
  fs::path at = fs::absolute(path, error).lexically_normal();
  while (!fs::exists(at, error) && at.has_relative_path()) at = at.parent_path();
  return at;
}

std::string hint_of(const Error& error) {
  const Value& hint = error.detail()["hint"];
  return hint.is_string() ? hint.as_string() : "the message says how";
}

std::string size_text(std::uint64_t bytes) {
  return bytes >= 10 * 1024 * mebibyte ? fmt::format("{} GiB", bytes / mebibyte / 1024)
                                       : fmt::format("{} MiB", bytes / mebibyte);
}

}  // namespace

void check_state_dir(const std::string& path, DoctorReport& report) {
  constexpr std::string_view name = "state dir";
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) {
    const fs::path there = nearest_there(path);
    if (::access(there.c_str(), W_OK) == 0)
      return report.ok(name, path + " is not there yet, the first start makes it");
    const int why = errno;
    return report.fail(name, fmt::format("{} cannot be made in {}: {}", path, there.string(), reason_of(why)),
                       "--state-dir DIR, or P2P_STATE_DIR, in a place that is yours");
  }
  const Result<StateDir> state = StateDir::open(path);
  if (!state) return report.fail(name, state.error().message(), hint_of(state.error()));
  if (::access(path.c_str(), W_OK) != 0)
    return report.fail(name, fmt::format("{} cannot be written: {}", path, reason_of(errno)),
                       "mount it for writing, or take another place: --state-dir DIR");
  report.ok(name, path + ", ours alone");
}

void judge_space(const std::string& path, std::uint64_t bytes, std::uint64_t files, DoctorReport& report) {
  constexpr std::string_view name = "disk";
  const std::string text = fmt::format("{} free where the state dir is ({})", size_text(bytes), path);
  const std::string repair = "make room, see what takes it: du -xsh " + quoted_for_shell(path) + "/*";
  if (bytes < least_space) return report.fail(name, text + ": builds and the audit log will fail", repair);
  if (files < least_files)
    return report.fail(name, fmt::format("room for {} files only in {}", files, path), repair);
  if (bytes < enough_space) return report.warn(name, text, repair);
  report.ok(name, text);
}

void check_space(const std::string& path, DoctorReport& report) {
  const fs::path there = nearest_there(path);
  struct statvfs facts{};
  if (::statvfs(there.c_str(), &facts) != 0)
    return report.warn("disk", fmt::format("{}: {}", there.string(), reason_of(errno)),
                       "df " + there.string());
  const bool unlimited_files = facts.f_files == 0;  // btrfs and others count none
  judge_space(there.string(), std::uint64_t{facts.f_bavail} * facts.f_frsize,
              unlimited_files ? least_files : facts.f_favail, report);
}

void check_services_dir(const std::string& path, DoctorReport& report) {
  constexpr std::string_view name = "services dir";
  const ServicesListing all = list_services(path);
  if (!all.unreadable.empty())
    return report.fail(name, path + " cannot be read: " + all.unreadable, "ls -ld " + quoted_for_shell(path));
  if (!all.exists)
    return report.warn(
        name, path + " is not there: a node has the built-in service alone",
        "mkdir -p " + quoted_for_shell(path) + ", or name yours: --services-dir DIR, SERVICES_DIR");
  if (const auto way = check_way_to(path); !way)
    return report.fail(name, way.error().message, "until then nothing in it is loaded");
  std::size_t services = 0, wrong = 0;
  for (const FolderListing& folder : all.folders) {
    if (!folder.has_program()) continue;
    ++services;
    if (!folder.wrong) continue;
    ++wrong;
    report.fail(name, folder.wrong->message, "p2p_admin lint " + quoted_for_shell(path + '/' + folder.name));
  }
  for (const std::string& folder : all.wrong_names)
    report.warn(name, quoted_for_shell(path + '/' + folder) + " is not loaded: no service can have that name",
                "rename it: lower-case letters, digits, _ and -, a letter first");
  if (wrong == 0) report.ok(name, fmt::format("{}, {} service{}", path, services, services == 1 ? "" : "s"));
}

void check_ports(const std::string& address, std::span<const std::uint16_t> ports, DoctorReport& report) {
  for (const std::uint16_t port : ports) {
    const std::string name = fmt::format("port {}", port);
    const Result<Endpoint> at = Endpoint::parse(address, port);
    const auto holder = at ? port_holder(*at) : std::nullopt;
    if (!holder) {
      report.ok(name, "free");
      continue;
    }
    const bool ours = holder->text().find("p2p_admin (pid ") != std::string::npos;
    if (ours)
      report.ok(name, holder->text());
    else
      report.warn(
          name, fmt::format("taken by {}", holder->text()),
          holder->processes.empty()
              ? fmt::format("as root, see who it is: ss -ltnp 'sport = :{}'", port)
              : "a node that wants this port does not start: stop it, or give the node another --port");
  }
}

void check_secret_strength(const std::optional<Secret>& secret, DoctorReport& report) {
  constexpr std::string_view name = "secret";
  if (!secret)
    return report.ok(name, "JWT_SECRET_KEY is not set: tokens are signed with a key of the state dir");
  if (const auto strong = check_secret(secret->reveal()); !strong)
    return report.fail(name, strong.error().message(), hint_of(strong.error()));
  report.ok(name, fmt::format("JWT_SECRET_KEY is set ({} bytes)", secret->size()));
}

void judge_open_files(std::uint64_t limit, DoctorReport& report) {
  constexpr std::string_view name = "open files";
  const std::string text =
      limit == RLIM_INFINITY
          ? std::string("no limit")
          : fmt::format("{} for a node started here: about {} connections", limit,
                        std::min(limit / 10 * 9, limit - std::min<std::uint64_t>(limit, reserve)));
  const std::string repair = "ulimit -n 16384 before the start, or LimitNOFILE=16384 in its unit";
  if (limit < least_descriptors) return report.fail(name, text, repair);
  if (limit < enough_descriptors) return report.warn(name, text, repair);
  report.ok(name, text);
}

void check_open_files(DoctorReport& report) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) judge_open_files(limit.rlim_cur, report);
}

}  // namespace p2p
