// The command lines that turn a service's sources into a library (service-sdk.md, section 7). Pure.
//
// They run in a private copy of the services folder, so the paths of all diagnostics are relative to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/service_settings.hpp"

namespace p2p {

struct CompileSetup {
  std::string compiler = "clang++-19";
  std::string sdk_include;  ///< folder of p2p/service.hpp
  std::string sdk_library;  ///< path of libp2psdk.so
  /// What the node itself was built with and a library in the same process needs: -fsanitize=...
  std::vector<std::string> extra_flags;
  /// Of one service, from its service.toml; `include` as the compiler is to see them.
  ServiceSettings::Build own;
  std::string services_dir;  ///< where debuggers find the sources
};

/// -fsanitize=... when this program was built with it.
[[nodiscard]] std::vector<std::string> flags_of_this_program();

/// What decides the object and is no path: part of the key of a build.
[[nodiscard]] std::vector<std::string> compile_flags(const CompileSetup& setup);

/// Files beside the sources' copy that the commands name.
inline constexpr std::string_view version_script_name = "p2p_plugin.map";
inline constexpr std::string_view version_script = "{ global: p2p_plugin_v1; local: *; };\n";
inline constexpr std::string_view library_name = "service.so";
/// The dependency file of the source with this number.
[[nodiscard]] std::string dependency_name(std::size_t source);

using Arguments = std::vector<std::string>;
/// One command for one source; for more, one each and a last one that links. `sources` are
/// "my_service/main.cpp"; what they make lies in `work`.
[[nodiscard]] std::vector<Arguments> compile_commands(const CompileSetup& setup,
                                                      const std::vector<std::string>& sources,
                                                      const std::string& work);

/// For the log: a line that may be pasted into a shell.
[[nodiscard]] std::string shell_line(const Arguments& arguments);

}  // namespace p2p
