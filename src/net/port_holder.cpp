#include "net/port_holder.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "net/impl/proc_net.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_named = 3;

struct Socket {
  Endpoint at;
  uid_t uid = 0;
  std::string link;  // "socket:[12345]", as /proc/PID/fd has it
};

bool everywhere(const Endpoint& endpoint) { return endpoint.address == Endpoint{}.address; }

/// Two sockets cannot listen on both.
bool collide(const Endpoint& a, const Endpoint& b) {
  if (a.port != b.port) return false;
  return everywhere(a) || everywhere(b) || (a.address == b.address && a.v6 == b.v6);
}

std::optional<Socket> listening(const Endpoint& wanted) {
  std::optional<Socket> found;
  for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream table(path);
    for (std::string line; std::getline(table, line);) {
      const auto row = read_proc_net(line);
      if (!row || row->state != "0A" || !collide(row->local, wanted)) continue;
      found = Socket{row->local, row->uid, fmt::format("socket:[{}]", row->inode)};
      if (row->local == wanted) return found;
    }
  }
  return found;
}

std::optional<pid_t> pid_of(const std::string& name) {
  pid_t pid = 0;
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, pid);
  return read.ec == std::errc{} && read.ptr == end ? std::optional(pid) : std::nullopt;
}

std::string read_first(const fs::path& path, char until) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text, until);
  return text;
}

std::string name_of(const fs::path& process) {
  const std::string program = fs::path(read_first(process / "cmdline", '\0')).filename().string();
  return program.empty() ? read_first(process / "comm", '\n') : program;
}

/// Not the owner of the folder, which is root for a process that keeps its memory private.
bool belongs_to(const fs::path& process, uid_t uid) {
  std::ifstream status(process / "status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("Uid:")) continue;
    uid_t real = 0;
    return (std::istringstream(line.substr(4)) >> real) && real == uid;
  }
  return false;
}

enum class Has { yes, no, hidden };

Has has_descriptor(const fs::path& process, const std::string& link) {
  std::error_code error;
  for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (fs::read_symlink(it->path(), gone) == link) return Has::yes;
  }
  return error ? Has::hidden : Has::no;
}

void find_processes(const Socket& socket, PortHolder& holder) {
  std::vector<PortHolder::Process> likely;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const auto pid = pid_of(it->path().filename().string());
    if (!pid) continue;
    const Has has = has_descriptor(it->path(), socket.link);
    if (has == Has::yes) holder.processes.push_back({*pid, name_of(it->path())});
    if (has == Has::hidden && socket.uid != 0 && belongs_to(it->path(), socket.uid))
      likely.push_back({*pid, name_of(it->path())});
  }
  holder.certain = !holder.processes.empty();
  if (!holder.certain) holder.processes = std::move(likely);
}

}  // namespace

std::optional<PortHolder> port_holder(const Endpoint& wanted) {
  const auto socket = listening(wanted.unmapped());
  if (!socket) return std::nullopt;
  PortHolder holder;
  holder.at = socket->at;
  holder.uid = socket->uid;
  find_processes(*socket, holder);
  return holder;
}

std::string PortHolder::text() const {
  if (processes.empty()) return fmt::format("a process of user {}", uid);
  std::string names;
  for (std::size_t i = 0; i < std::min(processes.size(), most_named); ++i)
    names += fmt::format("{}{} (pid {})",
                         i == 0    ? ""
                         : certain ? ", "
                                   : " or ",
                         processes[i].name, processes[i].pid);
  if (processes.size() > most_named) names += fmt::format(" and {} more", processes.size() - most_named);
  return (certain ? "" : "probably ") + names;
}

}  // namespace p2p
