#include "hosting/examination.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "hosting/compile_error.hpp"
#include "hosting/library.hpp"
#include "hosting/service_toml.hpp"

namespace p2p {
namespace {

constexpr std::size_t output_limit = 4 * 1024 * 1024;  // bytes of one command's output that the log keeps

Examined failed(FailureReason reason) {
  Examined done;
  done.reason = std::move(reason);
  return done;
}

Examined in_motion() {
  Examined done;
  done.moved_on = true;
  return done;
}

/// "system" for "system/api.hpp": folders of other services among the files of a build.
std::set<std::string> folders_used(const std::vector<std::string>& files, const std::string& own) {
  std::set<std::string> used;
  for (const std::string& file : files) {
    const std::string_view name = file.starts_with("./") ? std::string_view(file).substr(2) : file;
    const auto slash = name.find('/');
    if (slash != name.npos && slash > 0 && name.substr(0, slash) != own) used.emplace(name.substr(0, slash));
  }
  return used;
}

/// Both, in one digest.
std::string content_of(const std::string& code, const ServiceSettings& settings) {
  if (settings.hash.empty()) return code;
  const Digest digest = sha256(code + '\n' + settings.hash);
  return hex(as_text(digest));
}

Examined of_code(const std::string& code, ServiceSettings settings) {
  Examined done;
  done.code = code;
  done.content = content_of(code, settings);
  done.settings = std::move(settings);
  return done;
}

/// True when `done` need not be loaded: it is known, or must wait.
bool settled_by(const ExamineOrder& order, Examined& done) {
  const bool same_code = done.code == order.known;
  done.unchanged = same_code && done.settings.hash == order.known_settings;
  done.pending = !done.unchanged && order.serves && done.settings.reload == ReloadMode::manual;
  done.settings_alone = same_code && !done.unchanged && !done.pending;
  return same_code || done.pending;
}

Examined loadable(Examined done, const BuildStore& store, const std::string& folder, std::uint64_t number,
                  const BuildStore::Built& built) {
  auto copy = store.copy_to_run(folder, number, built.path);
  if (!copy) return failed(std::move(copy.error()));
  done.copy = *std::move(copy);
  done.shown = folder;
  return done;
}

Examined examine_library(const ExamineOrder& order, const std::string& file, ServiceSettings settings,
                         Snapshot begun) {
  const std::string shown = order.listing.name + '/' + file;
  auto snapshot = Snapshot::of_file(order.services_dir, order.listing, file, std::move(begun));
  if (!snapshot) return failed(std::move(snapshot.error()));
  if (snapshot->being_written()) return in_motion();
  const std::string& bytes = snapshot->find(shown)->bytes;
  const Digest digest = sha256(bytes);
  Examined done = of_code(hex(as_text(digest)), std::move(settings));
  done.shown = shown;
  if (settled_by(order, done)) return done;
  if (!whole_library(bytes)) {
    done.cut_off = true;
    done.reason = FailureReason{"load", "is no whole library for this machine", shown, 0, 0, {}};
    return done;
  }
  auto copy = order.store.write_to_run(order.listing.name, order.number, bytes);
  if (!copy) return failed(std::move(copy.error()));
  done.copy = *std::move(copy);
  return done;
}

OrReason<std::shared_ptr<PreparedBuild>> prepare(const ExamineOrder& order, const CompileSetup& setup,
                                                 BuildBase base, std::vector<std::string> sources,
                                                 Snapshot snapshot, ServiceSettings settings) {
  auto work = order.store.make_work(order.listing.name, order.number);
  if (!work) return refuse(std::move(work.error()));
  auto written = snapshot.write_to(*work + "/source");
  if (written) written = write_private(*work + '/' + std::string(version_script_name), version_script);
  if (!written) return refuse(std::move(written.error()));
  auto commands = compile_commands(setup, sources, *work);
  return std::make_shared<PreparedBuild>(PreparedBuild{
      order.store, std::move(base), order.listing.name, order.services_dir, *std::move(work),
      std::move(sources), std::move(settings), std::move(snapshot), std::move(commands), order.number});
}

/// What the service's own settings make of the command. A relative folder is one of the copy it is built in.
OrReason<CompileSetup> own_setup(const ExamineOrder& order, const ServiceSettings& settings) {
  CompileSetup setup = order.setup;
  setup.own = settings.build;
  for (std::string& include : setup.own.include) {
    if (include.starts_with('/')) continue;
    std::string inside = std::filesystem::path(include).lexically_normal().string();
    while (inside.ends_with('/')) inside.pop_back();
    if (inside == ".") inside.clear();
    const auto& folders = order.listing.folders;
    if (std::find(folders.begin(), folders.end(), inside) == folders.end())
      return refuse("settings", "build.include: " + include + " is no folder of " + order.listing.name,
                    settings.file);
    include = order.listing.name + (inside.empty() ? "" : '/' + inside);
  }
  return setup;
}

Examined examine_sources(const ExamineOrder& order, const std::vector<std::string>& files,
                         ServiceSettings settings, Snapshot begun) {
  const std::string& folder = order.listing.name;
  if (!order.compiler) return failed(order.compiler.error());
  auto setup = own_setup(order, settings);
  if (!setup) return failed(std::move(setup.error()));
  auto snapshot = Snapshot::of_sources(order.services_dir, order.listing, std::move(begun));
  if (!snapshot) return failed(std::move(snapshot.error()));
  if (snapshot->being_written()) return in_motion();
  std::vector<std::string> sources;
  for (const std::string& file : files) sources.push_back(folder + '/' + file);
  BuildBase base{*order.compiler, compile_flags(*setup), digest_of_tree(order.setup.sdk_include)};
  if (const auto built = order.store.find(folder, base, sources, *snapshot)) {
    Examined done = of_code(built->key, std::move(settings));
    done.uses = folders_used(built->dependencies, folder);
    return settled_by(order, done) ? done
                                   : loadable(std::move(done), order.store, folder, order.number, *built);
  }
  Examined done;
  done.pending = order.serves && settings.reload == ReloadMode::manual;
  if (done.pending) return done;
  auto build =
      prepare(order, *setup, std::move(base), std::move(sources), *std::move(snapshot), std::move(settings));
  if (!build) return failed(std::move(build.error()));
  done.build = *std::move(build);
  return done;
}

Examined examine_all(const ExamineOrder& order) {
  const FolderListing& listing = order.listing;
  Snapshot begun;
  ServiceSettings settings;
  if (listing.has(service_toml_name)) {
    const std::string file(service_toml_name);
    auto read = Snapshot::of_file(order.services_dir, listing, file, {}, Snapshot::source_limit);
    if (!read) return failed(std::move(read.error()));
    if (read->being_written()) return in_motion();
    auto said = read_service_toml(listing.name, read->files().front().bytes);
    if (!said) return failed(std::move(said.error()));
    begun = *std::move(read);
    settings = *std::move(said);
  }
  if (!settings.enabled) {
    Examined done;
    done.disabled = true;
    return done;
  }
  auto source = source_of(listing.name, listing.files, settings.entry);
  if (!source) return failed(std::move(source.error()));
  if (source->kind == ServiceSource::Kind::library)
    return examine_library(order, source->files.front(), std::move(settings), std::move(begun));
  return examine_sources(order, source->files, std::move(settings), std::move(begun));
}

std::string output_of(const PreparedBuild& build, std::size_t command) {
  std::ifstream file(build.work + "/output-" + std::to_string(command), std::ios::binary);
  std::string text(output_limit, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

/// Command line, output, command line, output: as a terminal would show it.
std::string whole_log(const PreparedBuild& build, const CompileEnd& end) {
  std::string log = "# " + build.base.compiler.substr(0, build.base.compiler.find('\n')) + '\n';
  for (std::size_t i = 0; i < end.run; ++i) log += shell_line(build.commands[i]) + '\n' + output_of(build, i);
  if (!end.trouble.empty()) log += "# " + end.trouble + '\n';
  return log;
}

Examined explain(const PreparedBuild& build, const CompileEnd& end) {
  const std::string last = end.run == 0 ? std::string() : output_of(build, end.run - 1);
  FailureReason reason = compile_error(last, build.folder, build.services_dir);
  // What ended it from outside says more than what it was about to say.
  if (reason.message.empty() || end.trouble.find("ended with code") == end.trouble.npos)
    reason.message = end.trouble;
  reason.log =
      build.store.keep_log(build.folder, whole_key(build.base, build.snapshot), whole_log(build, end));
  Examined done = failed(std::move(reason));
  done.uses = folders_used(dependencies_made(build.work, build.sources.size()), build.folder);
  return done;
}

}  // namespace

Examined examine(const ExamineOrder& order) {
  Examined done = examine_all(order);
  const FolderListing after = list_service(order.services_dir, order.listing.name);
  done.moved_on = done.moved_on || after.unknown || !after.exists || after.stamp != order.listing.stamp;
  if (!done.moved_on) return done;
  std::error_code error;
  if (!done.copy.empty()) std::filesystem::remove(done.copy, error);
  if (done.build) order.store.drop_work(done.build->work);
  return done;
}

Examined finish_build(const PreparedBuild& build, const CompileEnd& end) {
  Examined done;
  if (!end.trouble.empty()) {
    done = explain(build, end);
  } else if (auto built =
                 build.store.keep(build.folder, build.base, build.sources, build.snapshot, build.work);
             !built) {
    done = failed(std::move(built.error()));
  } else {
    (void)build.store.keep_log(build.folder, built->key, whole_log(build, end));
    done = of_code(built->key, build.settings);
    done.uses = folders_used(built->dependencies, build.folder);
    done = loadable(std::move(done), build.store, build.folder, build.number, *built);
  }
  build.store.drop_work(build.work);
  if (!list_service(build.services_dir, build.folder).exists) done.moved_on = true;
  std::error_code error;
  if (done.moved_on && !done.copy.empty()) std::filesystem::remove(done.copy, error);
  return done;
}

}  // namespace p2p
