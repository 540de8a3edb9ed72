// ProcessTexts: what the kernel writes of one process in /proc/PID, read into numbers. Pure, as ProcTexts: a
// text in, an answer out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace system_service {

/// Of /proc/PID/stat.
struct ProcessStat {
  std::int64_t pid = 0;
  std::string name;  ///< at most 15 bytes: the kernel keeps no more
  char state = '?';
  std::int64_t ppid = 0;
  bool kernel_thread = false;
  std::int64_t cpu_ticks = 0;  ///< user and system, since it began
  std::int64_t threads = 0;
  std::int64_t start_ticks = 0;  ///< after boot: with the pid it names one process for ever
  std::int64_t vms = 0;          ///< bytes
  std::int64_t rss_pages = 0;
};

/// Nothing for a text that is cut off or another. A name may hold anything, brackets and line feeds too.
[[nodiscard]] std::optional<ProcessStat> parse_process_stat(std::string_view text);

/// The real user, of /proc/PID/status.
[[nodiscard]] std::optional<std::int64_t> parse_real_uid(std::string_view status);

/// The arguments in /proc/PID/cmdline, as UTF-8.
[[nodiscard]] std::vector<std::string> parse_command_line(std::string_view text);

/// psutil's word for the letter: 'S' is "sleeping".
[[nodiscard]] std::string_view status_word(char state) noexcept;

/// As long as the kernel's names get.
[[nodiscard]] bool may_be_cut(const std::string& name) noexcept;
/// `name`, in full where the kernel has cut it and the first argument tells the rest.
[[nodiscard]] std::string whole_name(const std::string& name, const std::vector<std::string>& command_line);

}  // namespace system_service
