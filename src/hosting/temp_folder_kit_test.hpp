// For tests: a folder of their own that is gone afterwards, and files in it.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT: mkdtemp is POSIX's
#include <sys/stat.h>

namespace p2p {

class TempFolder {
 public:
  TempFolder() : path_(testing::TempDir() + "hosting-XXXXXX") {
    ::umask(022);  // what is made here may be loaded
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path(const std::string& inside) const { return path_ + '/' + inside; }

  /// Makes or replaces the file, with the folders on its way.
  void write(const std::string& inside, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(path(inside)).parent_path());
    std::ofstream(path(inside), std::ios::binary | std::ios::trunc) << text;
  }
  [[nodiscard]] std::string read(const std::string& inside) const {
    std::ifstream file(path(inside), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

 private:
  std::string path_;
};

}  // namespace p2p
