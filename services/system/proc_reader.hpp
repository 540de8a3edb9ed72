// ProcReader: the files of /proc that the sampler reads each second, kept open, read into one buffer that is
// kept too.
//
// Threads: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <dirent.h>

#include "descriptor.hpp"
#include "proc_texts.hpp"

namespace system_service {

/// A small file, read once; empty when it cannot be read. For texts of the kernel: at most 1 MiB is taken, or
/// `most`.
[[nodiscard]] std::string read_text(const std::string& path, std::size_t most = std::size_t{1} << 20);

class ProcReader {
 public:
  explicit ProcReader(const std::string& root = "/proc");

  /// The texts as they are now; they stand until the next call. One that cannot be read is empty.
  [[nodiscard]] ProcTexts read();
  /// How many processes there are. Costs more than all of `read`: the kernel looks each of them up.
  [[nodiscard]] std::int64_t count_processes();

 private:
  static constexpr std::size_t file_count = 5;
  struct Close {
    void operator()(DIR* directory) const noexcept { closedir(directory); }
  };
  [[nodiscard]] std::size_t append(int fd);

  std::array<Descriptor, file_count> files_;
  std::unique_ptr<DIR, Close> processes_;
  std::string buffer_;
  std::size_t used_ = 0;
};

}  // namespace system_service
