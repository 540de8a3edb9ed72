// What a folder of services holds: a C++ service to compile, a library to load, a Python service, or nothing
// to run. Pure: judges names of files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosting/or_reason.hpp"

namespace p2p {

struct ServiceSource {
  enum class Kind { none, sources, library };
  Kind kind = Kind::none;
  std::vector<std::string> files;  ///< in the folder: every *.cpp, sorted, or the one *.so
};

inline constexpr std::size_t most_sources = 64;

/// `files`: of the folder itself, not of folders in it. Hidden files do not count. A folder that could be run
/// in two ways is refused unless `entry` (of service.toml) names one of them; so is one that asks for what
/// this version cannot do, rather than half understood.
[[nodiscard]] OrReason<ServiceSource> source_of(const std::string& folder,
                                                const std::vector<std::string>& files,
                                                const std::string& entry = {});

/// A file that goes into a program, by its name; others (a log, a table of data) may be open for writing all
/// the time.
[[nodiscard]] bool is_program_file(std::string_view name);

}  // namespace p2p
