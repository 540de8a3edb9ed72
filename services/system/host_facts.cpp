#include "host_facts.hpp"

#include <sys/utsname.h>

#include "proc_reader.hpp"
#include "proc_texts.hpp"
#include "text_scan.hpp"

namespace system_service {

std::string pretty_name(std::string_view os_release) {
  constexpr std::string_view key = "PRETTY_NAME=";
  while (!os_release.empty()) {
    std::string_view line = next_line(os_release);
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    const bool quoted =
        line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front();
    return std::string(quoted ? line.substr(1, line.size() - 2) : line);
  }
  return "Linux";
}

SystemInfo read_host_facts() {
  SystemInfo facts;
  utsname names{};
  if (::uname(&names) == 0) {
    facts.hostname = names.nodename;
    facts.platform = names.sysname;
    facts.architecture = names.machine;
    facts.kernel = names.release;
  }
  facts.os = pretty_name(read_text("/etc/os-release"));
  facts.network_interfaces = interface_names(read_text("/proc/net/dev"));
  return facts;
}

}  // namespace system_service
