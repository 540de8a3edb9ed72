#include "process_texts.hpp"

#include <array>

#include "captured_output.hpp"
#include "text_scan.hpp"

namespace system_service {
namespace {

constexpr std::int64_t pf_kthread = 0x00200000;  // of the kernel's linux/sched.h; it has been so since 2.6
constexpr std::size_t longest_kernel_name = 15;

/// The numbers behind the name, counted as in proc(5), where the state is the third.
enum Field : std::size_t {
  ppid = 4,
  flags = 9,
  utime = 14,
  stime = 15,
  threads = 20,
  start = 22,
  vsize = 23,
  rss = 24
};

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  const std::size_t open = text.find('('), close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open) return std::nullopt;
  ProcessStat stat;
  stat.pid = number(text.substr(0, open));
  stat.name = as_utf8(text.substr(open + 1, close - open - 1));
  std::string_view rest = text.substr(close + 1);
  rest = next_line(rest);
  const std::string_view state = next_word(rest);
  std::array<std::int64_t, Field::rss + 1> field{};
  for (std::size_t i = Field::ppid; i <= Field::rss; ++i) {
    const std::string_view word = next_word(rest);
    if (word.empty()) return std::nullopt;
    field[i] = number(word);
  }
  if (stat.pid <= 0 || state.size() != 1) return std::nullopt;
  stat.state = state[0];
  stat.ppid = field[Field::ppid];
  stat.kernel_thread = (field[Field::flags] & pf_kthread) != 0;
  stat.cpu_ticks = sum(field[Field::utime], field[Field::stime]);
  stat.threads = field[Field::threads];
  stat.start_ticks = field[Field::start];
  stat.vms = field[Field::vsize];
  stat.rss_pages = field[Field::rss];
  return stat;
}

std::optional<std::int64_t> parse_real_uid(std::string_view status) {
  while (!status.empty()) {
    std::string_view line = next_line(status);
    if (next_word(line) != "Uid:") continue;
    const std::string_view word = next_word(line);
    return word.empty() ? std::nullopt : std::optional(number(word));
  }
  return std::nullopt;
}

std::vector<std::string> parse_command_line(std::string_view text) {
  std::vector<std::string> arguments;
  while (!text.empty()) {
    const std::size_t end = text.find('\0');
    arguments.push_back(as_utf8(text.substr(0, end)));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return arguments;
}

std::string_view status_word(char state) noexcept {
  switch (state) {
    case 'R': return "running";
    case 'S': return "sleeping";
    case 'D': return "disk-sleep";
    case 'T': return "stopped";
    case 't': return "tracing-stop";
    case 'Z': return "zombie";
    case 'X':
    case 'x': return "dead";
    case 'K': return "wake-kill";
    case 'W': return "waking";
    case 'P': return "parked";
    case 'I': return "idle";
    default: return "unknown";
  }
}

bool may_be_cut(const std::string& name) noexcept { return name.size() >= longest_kernel_name; }

std::string whole_name(const std::string& name, const std::vector<std::string>& command_line) {
  if (!may_be_cut(name) || command_line.empty()) return name;
  const std::string& program = command_line.front();
  const std::string base = program.substr(program.rfind('/') + 1);  // npos + 1 is 0
  return base.starts_with(name) ? base : name;
}

}  // namespace system_service
