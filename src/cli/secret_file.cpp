#include "cli/secret_file.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/descriptor.hpp"
#include "state/ownership.hpp"

namespace p2p {
namespace {

constexpr std::size_t secret_limit = 64 * 1024;

std::unexpected<Error> unreadable(const std::string& path) {
  return fail(Errc::invalid_params, fmt::format("{}: cannot be read: {}", path, ::strerror(errno)));
}

Result<std::string> read_all(int fd, const std::string& path, std::size_t limit) {
  std::string text;
  char bytes[65536];
  for (;;) {
    const ssize_t count = ::read(fd, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(path);
    if (count == 0) return text;
    text.append(bytes, static_cast<std::size_t>(count));
    if (text.size() > limit)
      return fail(Errc::invalid_params, fmt::format("{}: is over {} KiB", path, limit / 1024));
  }
}

std::unexpected<Error> unwritable(const std::string& path) {
  return fail(Errc::invalid_params, fmt::format("{}: cannot be written: {}", path, ::strerror(errno)));
}

/// Every folder above `path`, those that are missing with 0700.
void make_folders(const std::string& path) {
  for (auto slash = path.find('/', 1); slash != path.npos; slash = path.find('/', slash + 1))
    ::mkdir(path.substr(0, slash).c_str(), 0700);  // what is there stays; what could not be made open() tells
}

}  // namespace

Result<void> write_secret_file(const std::string& path, std::string_view bytes) {
  make_folders(path);
  const std::string aside = path + '.' + std::to_string(::getpid());
  {
    const Descriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.open()) return unwritable(path);
    if (::fchmod(file.get(), 0600) != 0) return unwritable(path);
    auto done = write_all(file.get(), bytes, aside);
    if (done) done = sync_file(file.get(), aside);
    if (!done) ::unlink(aside.c_str());
    if (!done) return fail(Errc::invalid_params, done.error().message());
  }
  if (::rename(aside.c_str(), path.c_str()) != 0) return unwritable(path);
  const Descriptor folder(
      ::open(path.substr(0, path.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.open() ? sync_file(folder.get(), path) : Result<void>{};
}

Result<std::string> read_whole(const std::string& path, std::size_t limit) {
  if (path == "-") return read_all(STDIN_FILENO, "standard input", limit);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return unreadable(path);
  return read_all(file.get(), path, limit);
}

Result<Secret> read_secret_file(const std::string& path) {
  struct stat facts{};
  if (path != "-") {
    if (::stat(path.c_str(), &facts) != 0) return unreadable(path);
    if (S_ISREG(facts.st_mode) && (facts.st_mode & 077) != 0)
      return fail(Errc::invalid_params, path + ": others may read this secret",
                  Value{{"hint", "chmod 0600 " + shell_word(path)}});
  }
  Result<std::string> text = read_whole(path, secret_limit);
  if (!text) return fail(text.error());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  return Secret(*std::move(text));
}

}  // namespace p2p
