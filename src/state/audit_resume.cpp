#include "state/audit_resume.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.hpp"
#include "state/audit_store.hpp"
#include "state/descriptor.hpp"
#include "state/ownership.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t tail_bytes = 1024 * 1024;  // no record is as long

AuditRecord note(std::string action, const fs::path& object, Value params) {
  AuditRecord record;
  record.actor = "node";
  record.action = std::move(action);
  record.object = object.filename().native();
  record.set_params(params, true);
  return record;
}

struct Tail {
  std::uint64_t sound_size = 0;  // up to and with the last line feed
  std::string last_line;         // the last whole one, without its line feed
  std::string torn;              // what follows it
};

Result<Tail> read_tail(int fd, const fs::path& path) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return system_failure(path.native(), "stat");
  if (auto sound = check_file(facts, path.native()); !sound) return fail(std::move(sound.error()));
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  const std::uint64_t from = size - std::min<std::uint64_t>(size, tail_bytes);
  const auto bytes = read_at(fd, from, tail_bytes, path.native());
  if (!bytes) return fail(bytes.error());
  Tail tail;
  const std::size_t end = bytes->rfind('\n');
  if (end == std::string_view::npos && from > 0)
    return fail(Errc::unavailable, path.native() + ": ends with no line of an audit log");
  const std::size_t sound = end == std::string_view::npos ? 0 : end + 1;
  tail.sound_size = from + sound;
  tail.torn = bytes->substr(sound);
  if (sound == 0) return tail;
  const std::size_t before = end == 0 ? std::string_view::npos : bytes->rfind('\n', end - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  tail.last_line = bytes->substr(begin, end - begin);
  return tail;
}

/// Moves the torn end of the log into a file beside it.
Result<AuditRecord> put_torn_aside(int fd, const fs::path& path, const Tail& tail) {
  fs::path aside = aside_name(path, "torn");
  const Descriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.open()) return system_failure(aside.native(), "open");
  auto done = write_all(file.get(), tail.torn, aside.native());
  if (done) done = sync_file(file.get(), aside.native());
  if (done) done = sync_parent(aside);
  if (done && ::ftruncate(fd, static_cast<off_t>(tail.sound_size)) != 0)
    done = system_failure(path.native(), "truncate");
  if (done) done = sync_file(fd, path.native());
  if (!done) return fail(std::move(done.error()));
  return note("audit.torn", aside,
              {{"bytes", tail.torn.size()}, {"sha256", hex(as_text(sha256(tail.torn)))}});
}

Result<AuditRecord> put_broken_aside(const fs::path& path, const std::string& reason) {
  const fs::path aside = aside_name(path, "broken");
  if (::rename(path.c_str(), aside.c_str()) != 0) return system_failure(path.native(), "rename");
  if (auto kept = sync_parent(path); !kept) return fail(std::move(kept.error()));
  return note("audit.broken", aside, {{"reason", reason}});
}

/// The end of the chain in the newest file put aside: the log was rotated and the process ended before it
/// wrote on.
Result<AuditStart> resume_rotated(const fs::path& path) {
  const auto files = rotated_audit_files(path);
  if (files.empty()) return AuditStart{};
  const Descriptor file(::open(files.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.open()) return system_failure(files.back().native(), "open");
  const auto tail = read_tail(file.get(), files.back());
  if (!tail) return fail(tail.error());
  const auto seal = read_audit_line(tail->last_line);
  if (seal) return AuditStart{.link = seal->link, .date = {}, .notes = {}};
  return AuditStart{.link = {},
                    .date = {},
                    .notes = {note("audit.broken", files.back(), {{"reason", seal.error().message()}})}};
}

}  // namespace

std::vector<fs::path> rotated_audit_files(const fs::path& path) {
  std::vector<fs::path> files;
  const std::string prefix = path.stem().native() + "-";
  std::error_code error;
  for (fs::directory_iterator at(path.parent_path(), error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().native();
    const bool dated = name.starts_with(prefix) && name.size() > prefix.size() &&
                       name[prefix.size()] >= '0' && name[prefix.size()] <= '9';
    if (dated && at->path().extension() == path.extension()) files.push_back(at->path());
  }
  std::ranges::sort(files);
  return files;
}

Result<AuditStart> resume_audit(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.open() && errno == ENOENT) return resume_rotated(path);
  if (!file.open()) return system_failure(path.native(), "open");
  const auto tail = read_tail(file.get(), path);
  if (!tail) return fail(tail.error());

  std::vector<AuditRecord> notes;
  if (!tail->torn.empty()) {
    auto torn = put_torn_aside(file.get(), path, *tail);
    if (!torn) return fail(std::move(torn.error()));
    notes.push_back(std::move(*torn));
  }
  AuditStart start;
  if (tail->sound_size == 0) {
    auto earlier = resume_rotated(path);
    if (!earlier) return earlier;
    start = std::move(*earlier);
  } else if (auto seal = read_audit_line(tail->last_line)) {
    start = {.link = seal->link, .date = seal->date, .notes = {}};
  } else {
    auto broken = put_broken_aside(path, seal.error().message());
    if (!broken) return fail(std::move(broken.error()));
    start.notes.push_back(std::move(*broken));
  }
  std::ranges::move(notes, std::back_inserter(start.notes));
  return start;
}

}  // namespace p2p
