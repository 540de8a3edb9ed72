#include "proc_reader.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace system_service {
namespace {

constexpr std::size_t first_buffer = std::size_t{64} << 10;
constexpr std::size_t largest_text = std::size_t{1}
                                     << 20;  // /proc/stat of the largest machines is a tenth of it

int open_to_read(const std::string& path) { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY); }

/// `pread` that is not bothered by signals.
ssize_t read_at(int fd, char* to, std::size_t size, std::size_t offset) {
  for (;;) {
    const ssize_t got = ::pread(fd, to, size, static_cast<off_t>(offset));
    if (got >= 0 || errno != EINTR) return got;
  }
}

}  // namespace

std::string read_text(const std::string& path, std::size_t most) {
  const Descriptor file(open_to_read(path));
  std::string text;
  char chunk[4096];
  while (file && text.size() < most) {
    const ssize_t got = read_at(file.get(), chunk, std::min(sizeof chunk, most - text.size()), text.size());
    if (got <= 0) break;
    text.append(chunk, static_cast<std::size_t>(got));
  }
  return text;
}

ProcReader::ProcReader(const std::string& root)
    : processes_(opendir(root.c_str())), buffer_(first_buffer, '\0') {
  static constexpr std::array<std::string_view, file_count> names = {"stat", "meminfo", "diskstats",
                                                                     "net/dev", "loadavg"};
  for (std::size_t i = 0; i < file_count; ++i)
    files_[i] = Descriptor(open_to_read(root + '/' + std::string(names[i])));
}

ProcTexts ProcReader::read() {
  std::array<std::size_t, file_count> sizes{};
  used_ = 0;
  for (std::size_t i = 0; i < file_count; ++i) sizes[i] = append(files_[i].get());
  std::string_view all = buffer_;  // after the last append: it may have moved the buffer
  const auto take = [&](std::size_t i) {
    const std::string_view text = all.substr(0, sizes[i]);
    all.remove_prefix(sizes[i]);
    return text;
  };
  ProcTexts texts;
  texts.stat = take(0);
  texts.meminfo = take(1);
  texts.diskstats = take(2);
  texts.net_dev = take(3);
  texts.loadavg = take(4);
  return texts;
}

/// A text may come in several pieces: the kernel gives as many lines at a time as fit a page.
std::size_t ProcReader::append(int fd) {
  std::size_t size = 0;
  while (fd >= 0 && size < largest_text) {
    if (used_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
    const ssize_t got = read_at(fd, buffer_.data() + used_, buffer_.size() - used_, size);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
    used_ += static_cast<std::size_t>(got);
  }
  return size;
}

std::int64_t ProcReader::count_processes() {
  if (processes_ == nullptr) return 0;
  std::int64_t count = 0;
  rewinddir(processes_.get());
  while (const dirent* entry =
             readdir(processes_.get()))  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') ++count;
  return count;
}

}  // namespace system_service
