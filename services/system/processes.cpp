#include "processes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include <dirent.h>
#include <pwd.h>
#include <unistd.h>

#include "captured_output.hpp"
#include "proc_reader.hpp"
#include "steady.hpp"
#include "text_scan.hpp"

namespace system_service {
namespace {

constexpr std::size_t longest_command_line = 4096;
constexpr std::int64_t ns_per_second = 1'000'000'000;

std::int64_t ns_of_ticks(std::int64_t ticks) {
  static const std::int64_t a_second = ::sysconf(_SC_CLK_TCK);
  return product(ticks, ns_per_second / std::max<std::int64_t>(1, a_second));
}

std::int64_t rss_of(const ProcessStat& stat) { return product(stat.rss_pages, ::sysconf(_SC_PAGESIZE)); }

double memory_percent(const ProcessStat& stat, const Machine& machine) {
  if (machine.memory_total <= 0) return 0;
  const double percent =
      100.0 * static_cast<double>(rss_of(stat)) / static_cast<double>(machine.memory_total);
  return std::round(std::clamp(percent, 0.0, 100.0) * 100) / 100;
}

/// What calls itself a process in this folder, in ascending order; `too_many` counts those beyond the bound.
std::vector<std::int64_t> pids_of(const std::string& proc, std::size_t most, std::int64_t& too_many) {
  std::vector<std::int64_t> pids;
  DIR* folder = ::opendir(proc.c_str());
  if (folder == nullptr) return pids;
  while (const dirent* entry =
             ::readdir(folder)) {  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    if (pids.size() < most)
      pids.push_back(number(entry->d_name));
    else
      ++too_many;
  }
  ::closedir(folder);
  std::ranges::sort(pids);
  return pids;
}

std::string user_name(std::int64_t uid) {
  std::array<char, 16384> buffer{};
  passwd entry{}, *found = nullptr;
  if (::getpwuid_r(static_cast<uid_t>(uid), &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr)
    return as_utf8(entry.pw_name);
  return std::to_string(uid);
}

/// Asks for each user once a list.
class UserNames {
 public:
  const std::string& of(std::int64_t uid) {
    const auto [entry, fresh] = names_.try_emplace(uid);
    if (fresh) entry->second = user_name(uid);
    return entry->second;
  }

 private:
  std::map<std::int64_t, std::string> names_;
};

bool has_part(const std::string& name, const std::string& part) {
  return std::ranges::search(
             name, part,
             [](unsigned char a, unsigned char b) {
               const auto lower = [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : int{c}; };
               return lower(a) == lower(b);
             }).begin() != name.end() ||
         part.empty();
}

void put_in_order(std::vector<ProcessRow>& rows, ProcessSort sort) {
  const auto key = [sort](const ProcessRow& row) {
    const double first = sort == ProcessSort::cpu      ? -row.cpu_percent
                         : sort == ProcessSort::memory ? -row.memory_percent
                                                       : 0;
    return std::pair(first, row.pid);
  };
  std::ranges::sort(rows, {}, key);
}

std::optional<std::string> target_of(const std::string& link) {
  std::array<char, 4096> target{};
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  if (size <= 0) return std::nullopt;
  return as_utf8({target.data(), static_cast<std::size_t>(size)});
}

std::optional<std::int64_t> count_entries(const std::string& path) {
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr) return std::nullopt;
  std::int64_t count = 0;
  while (const dirent* entry = ::readdir(folder))  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    if (entry->d_name[0] != '.') ++count;
  ::closedir(folder);
  return count;
}

}  // namespace

double create_time(const ProcessStat& stat, const Machine& machine) {
  return static_cast<double>(machine.boot_time) +
         std::round(static_cast<double>(ns_of_ticks(stat.start_ticks)) / 1e7) / 100;
}

std::string Processes::file(std::int64_t pid, std::string_view name) const {
  return proc_ + '/' + std::to_string(pid) + '/' + std::string(name);
}

std::optional<ProcessStat> Processes::stat(std::int64_t pid) const {
  return parse_process_stat(read_text(file(pid, "stat")));
}

std::optional<std::int64_t> Processes::real_uid(std::int64_t pid) const {
  return parse_real_uid(read_text(file(pid, "status")));
}

/// Most names are whole: then the command line, which may wait for the process's own memory, is not read.
std::string Processes::full_name(const ProcessStat& stat) const {
  if (!may_be_cut(stat.name)) return stat.name;
  return whole_name(stat.name,
                    parse_command_line(read_text(file(stat.pid, "cmdline"), longest_command_line)));
}

double Processes::cpu_percent(const ProcessStat& stat) {
  return usage_.percent({stat.pid, ns_of_ticks(stat.start_ticks), ns_of_ticks(stat.cpu_ticks)}, boot_ns());
}

ProcessList Processes::list(const ProcessQuery& query, const Machine& machine) {
  usage_.forget_old(boot_ns());
  ProcessList list;
  UserNames users;
  for (const std::int64_t pid : pids_of(proc_, most_read_, list.not_read)) {
    const std::optional<ProcessStat> stat = this->stat(pid);
    const std::optional<std::int64_t> uid = stat ? real_uid(pid) : std::nullopt;
    if (!uid) continue;  // it has ended meanwhile
    std::string name = full_name(*stat);
    if (!has_part(name, query.part_of_name)) continue;
    list.processes.push_back({pid, std::move(name), users.of(*uid), std::string(status_word(stat->state)),
                              cpu_percent(*stat), memory_percent(*stat, machine),
                              create_time(*stat, machine)});
  }
  list.total = static_cast<std::int64_t>(list.processes.size());
  put_in_order(list.processes, query.sort);
  if (list.processes.size() > query.limit) list.processes.resize(query.limit);
  return list;
}

std::optional<ProcessInfo> Processes::info(std::int64_t pid, const Machine& machine) {
  const std::optional<ProcessStat> stat = this->stat(pid);
  const std::optional<std::int64_t> uid = stat ? real_uid(pid) : std::nullopt;
  if (!uid) return std::nullopt;
  ProcessInfo info;
  info.cmdline = parse_command_line(read_text(file(pid, "cmdline"), longest_command_line));
  info.pid = pid;
  info.name = whole_name(stat->name, info.cmdline);
  info.username = user_name(*uid);
  info.status = status_word(stat->state);
  info.cpu_percent = cpu_percent(*stat);
  info.memory_percent = memory_percent(*stat, machine);
  info.memory_info = {rss_of(*stat), stat->vms};
  info.create_time = create_time(*stat, machine);
  info.num_threads = stat->threads;
  info.exe = target_of(file(pid, "exe"));
  info.cwd = target_of(file(pid, "cwd"));
  info.ppid = stat->ppid;
  info.open_files = count_entries(file(pid, "fd"));
  return info;
}

}  // namespace system_service
