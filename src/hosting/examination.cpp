#include "hosting/examination.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "hosting/compile_error.hpp"
#include "hosting/library.hpp"

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

Examined loadable(const BuildStore& store, const std::string& folder, std::uint64_t number,
                  const BuildStore::Built& built) {
  auto copy = store.copy_to_run(folder, number, built.path);
  if (!copy) return failed(std::move(copy.error()));
  Examined done;
  done.copy = *std::move(copy);
  done.shown = folder;
  done.content = built.key;
  done.uses = folders_used(built.dependencies, folder);
  return done;
}

Examined examine_library(const ExamineOrder& order) {
  const std::string shown = order.listing.name + '/' + order.source.files.front();
  auto snapshot = Snapshot::of_library(order.services_dir, order.listing, order.source.files.front());
  if (!snapshot) return failed(std::move(snapshot.error()));
  if (snapshot->being_written()) return in_motion();
  const std::string& bytes = snapshot->files().front().bytes;
  const Digest digest = sha256(bytes);
  Examined done;
  done.content = hex(as_text(digest));
  done.shown = shown;
  done.unchanged = done.content == order.known;
  if (done.unchanged) return done;
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

OrReason<std::shared_ptr<PreparedBuild>> prepare(const ExamineOrder& order, BuildBase base,
                                                 std::vector<std::string> sources, Snapshot snapshot) {
  auto work = order.store.make_work(order.listing.name, order.number);
  if (!work) return refuse(std::move(work.error()));
  auto written = snapshot.write_to(*work + "/source");
  if (written) written = write_private(*work + '/' + std::string(version_script_name), version_script);
  if (!written) return refuse(std::move(written.error()));
  auto commands = compile_commands(order.setup, sources, *work);
  return std::make_shared<PreparedBuild>(
      PreparedBuild{order.store, std::move(base), order.listing.name, order.services_dir, *std::move(work),
                    std::move(sources), std::move(snapshot), std::move(commands), order.number});
}

Examined examine_sources(const ExamineOrder& order) {
  const std::string& folder = order.listing.name;
  auto snapshot = Snapshot::of_sources(order.services_dir, order.listing);
  if (!snapshot) return failed(std::move(snapshot.error()));
  if (snapshot->being_written()) return in_motion();
  std::vector<std::string> sources;
  for (const std::string& file : order.source.files) sources.push_back(folder + '/' + file);
  BuildBase base{order.compiler_version, compile_flags(order.setup), digest_of_tree(order.setup.sdk_include)};
  if (const auto built = order.store.find(folder, base, sources, *snapshot)) {
    if (built->key != order.known) return loadable(order.store, folder, order.number, *built);
    Examined same;
    same.unchanged = true;
    same.content = built->key;
    same.uses = folders_used(built->dependencies, folder);
    return same;
  }
  auto build = prepare(order, std::move(base), std::move(sources), *std::move(snapshot));
  if (!build) return failed(std::move(build.error()));
  Examined done;
  done.build = *std::move(build);
  return done;
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
  Examined done =
      order.source.kind == ServiceSource::Kind::library ? examine_library(order) : examine_sources(order);
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
    done = loadable(build.store, build.folder, build.number, *built);
  }
  build.store.drop_work(build.work);
  if (!list_service(build.services_dir, build.folder).exists) done.moved_on = true;
  std::error_code error;
  if (done.moved_on && !done.copy.empty()) std::filesystem::remove(done.copy, error);
  return done;
}

}  // namespace p2p
