#include "cli/guarded_file.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/descriptor.hpp"
#include "state/ownership.hpp"

namespace p2p {
namespace {

std::unexpected<Error> refuse(std::string what) { return fail(Errc::invalid_params, std::move(what)); }
std::unexpected<Error> refuse(const std::string& what, int number) {
  return refuse(what + ": " + std::generic_category().message(number));
}

Result<void> check(const struct stat& facts, const std::string& path, Guard guard, std::size_t limit) {
  const uid_t own = ::geteuid();
  if (!S_ISREG(facts.st_mode)) return refuse("is no regular file");
  if (facts.st_uid != own && facts.st_uid != 0)
    return refuse("belongs to uid " + std::to_string(facts.st_uid) + ", who could change it; run: chown " +
                  std::to_string(own) + ' ' + shell_word(path));
  if ((facts.st_mode & 0022) != 0) return refuse("others may change it; run: chmod go-w " + shell_word(path));
  if (guard == Guard::secret && (facts.st_mode & 0007) != 0)
    return refuse("everybody may read the secret; run: chmod 600 " + shell_word(path));
  if (facts.st_size > static_cast<off_t>(limit))
    return refuse("is over " + std::to_string(limit) + " bytes, which is too large");
  return {};
}

}  // namespace

Result<GuardedFile> read_guarded(const std::string& path, Guard guard, std::size_t limit) {
  // O_NONBLOCK: a pipe without a writer would keep us for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return fail(Errc::not_found, "there is no such file");
    return refuse("cannot be read", errno);
  }
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return refuse("cannot be looked at", errno);
  if (auto good = check(facts, path, guard, limit); !good) return fail(good.error());
  GuardedFile read{.text = std::string(limit + 1, '\0'), .all_may_read = (facts.st_mode & 0004) != 0};
  std::size_t size = 0;
  while (size < read.text.size()) {
    const ssize_t count = ::read(file.get(), read.text.data() + size, read.text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse("cannot be read", errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > limit) return refuse("is over " + std::to_string(limit) + " bytes, which is too large");
  read.text.resize(size);
  return read;
}

}  // namespace p2p
