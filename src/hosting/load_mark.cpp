#include "hosting/load_mark.hpp"

#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace p2p {
namespace {

bool lives(pid_t pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

}  // namespace

LoadMark::LoadMark(const std::string& folder, const std::string& content) : path_(folder + "/loading") {
  std::ifstream found(path_);
  std::string loaded;
  pid_t pid = 0;
  if (found >> loaded >> pid) blames_ = loaded == content && !lives(pid);
  if (blames_) return;
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return;  // without a mark the service is loaded all the same
  const std::string text = content + ' ' + std::to_string(::getpid()) + '\n';
  [[maybe_unused]] const ssize_t written = ::write(file, text.data(), text.size());
  ::close(file);
}

void LoadMark::forget(const std::string& folder) { ::unlink((folder + "/loading").c_str()); }

LoadMark::~LoadMark() {
  if (!blames_) ::unlink(path_.c_str());
}

}  // namespace p2p
