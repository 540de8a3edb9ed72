// For tests of doctor: a folder of its own, and a report as lines "warn disk: text -> repair".
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT: mkdtemp is POSIX's
#include <sys/stat.h>

#include "cli/doctor/report.hpp"

namespace p2p {

class DoctorTest : public testing::Test {
 protected:
  DoctorTest() : root_(testing::TempDir() + "doctor-XXXXXX") {
    ::umask(022);
    if (::mkdtemp(root_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  }
  ~DoctorTest() override {
    std::error_code error;
    std::filesystem::remove_all(root_, error);
  }

  [[nodiscard]] std::string path(const std::string& inside) const { return root_ + '/' + inside; }
  void folder(const std::string& inside, mode_t mode) const {
    std::filesystem::create_directories(path(inside));
    ::chmod(path(inside).c_str(), mode);
  }
  void file(const std::string& inside, mode_t mode) const {
    std::filesystem::create_directories(std::filesystem::path(path(inside)).parent_path());
    std::ofstream(path(inside)) << "x";
    ::chmod(path(inside).c_str(), mode);
  }

  /// All lines, the temporary folder cut out of them.
  [[nodiscard]] std::string said() const {
    std::string text;
    for (const DoctorLine& line : report.lines()) {
      text += line.level == DoctorLine::Level::ok     ? "ok "
              : line.level == DoctorLine::Level::warn ? "warn "
                                                      : "FAIL ";
      text += line.check + ": " + line.text + (line.repair.empty() ? "" : " -> " + line.repair) + '\n';
    }
    for (auto at = text.find(root_); at != text.npos; at = text.find(root_)) text.erase(at, root_.size());
    return text;
  }

  DoctorReport report;

 private:
  std::string root_;
};

}  // namespace p2p
