#include "hosting/compile_command.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "hosting/folder_check.hpp"

namespace p2p {
namespace {

void append(Arguments& to, const Arguments& more) { to.insert(to.end(), more.begin(), more.end()); }

bool sanitized(const CompileSetup& setup) {
  return std::any_of(setup.extra_flags.begin(), setup.extra_flags.end(),
                     [](const std::string& flag) { return flag.starts_with("-fsanitize"); });
}

Arguments compiling_flags(const CompileSetup& setup) {
  Arguments flags{"-std=c++23",
                  "-O1",
                  "-g1",
                  "-fPIC",
                  "-fvisibility=hidden",
                  "-fno-plt",
                  "-Wall",
                  "-Werror=return-type",
                  "-Werror=unused-result",
                  "-Wno-undefined-var-template"};
  append(flags, setup.extra_flags);
  append(flags, setup.own.flags);
  for (const std::string& folder : setup.own.include) append(flags, {"-I", folder});
  return flags;
}

Arguments linking_flags(const CompileSetup& setup) {
  // Who forgot EXPORT_SERVICE is told so when it is loaded, not by a linker that misses its symbol.
  Arguments flags{"-shared", "-fuse-ld=lld-19", "-Wl,--undefined-version"};
  // A symbol that is missing is told now, by its name. A sanitizer's own symbols come from the node: they are
  // missing.
  if (!sanitized(setup)) flags.emplace_back("-Wl,-z,defs");
  append(flags, setup.extra_flags);
  return flags;
}

/// `-isystem`: what a service may do about a warning in our headers is nothing.
Arguments compile_part(const CompileSetup& setup, const std::string& source, std::size_t number,
                       const std::string& work) {
  Arguments part = compiling_flags(setup);
  append(part, {"-fdebug-compilation-dir=" + setup.services_dir, "-I.", "-isystem", setup.sdk_include, "-MD",
                "-MF", work + '/' + dependency_name(number), source});
  return part;
}

Arguments link_part(const CompileSetup& setup, const std::string& work) {
  Arguments part = linking_flags(setup);
  append(part, {"-Wl,--version-script=" + work + '/' + std::string(version_script_name), setup.sdk_library});
  append(part, setup.own.link);
  append(part, {"-o", work + '/' + std::string(library_name)});
  return part;
}

}  // namespace

std::vector<std::string> compile_flags(const CompileSetup& setup) {
  Arguments flags = compiling_flags(setup);
  append(flags, linking_flags(setup));
  append(flags, setup.own.link);
  return flags;
}

std::vector<std::string> flags_of_this_program() {
#ifdef P2P_PLUGIN_FLAGS
  std::istringstream words(P2P_PLUGIN_FLAGS);
#else
  std::istringstream words;
#endif
  return {std::istream_iterator<std::string>(words), {}};
}

std::string dependency_name(std::size_t source) { return "depends-" + std::to_string(source); }

std::vector<Arguments> compile_commands(const CompileSetup& setup, const std::vector<std::string>& sources,
                                        const std::string& work) {
  if (sources.size() == 1) {
    Arguments all{setup.compiler};
    append(all, compile_part(setup, sources[0], 0, work));
    append(all, link_part(setup, work));
    return {all};
  }
  std::vector<Arguments> commands;
  Arguments link{setup.compiler};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string object = work + "/object-" + std::to_string(i) + ".o";
    Arguments& one = commands.emplace_back(Arguments{setup.compiler, "-c"});
    append(one, compile_part(setup, sources[i], i, work));
    append(one, {"-o", object});
    link.push_back(object);
  }
  append(link, link_part(setup, work));
  commands.push_back(std::move(link));
  return commands;
}

std::string shell_line(const Arguments& arguments) {
  std::string line;
  for (const std::string& word : arguments) line += (line.empty() ? "" : " ") + quoted_for_shell(word);
  return line;
}

}  // namespace p2p
