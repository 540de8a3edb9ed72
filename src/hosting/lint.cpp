#include "hosting/lint.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <stdlib.h>  // NOLINT: mkdtemp is POSIX's
#include <string.h>  // NOLINT: sigabbrev_np is the system's
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.hpp"
#include "framework/declared_methods.hpp"
#include "hosting/compile_error.hpp"
#include "hosting/examination.hpp"
#include "hosting/folder_check.hpp"
#include "hosting/lint_judgement.hpp"
#include "hosting/new_service.hpp"
#include "hosting/service_toml.hpp"
#include "net/child_process.hpp"
#include "net/signals.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;
using Level = LintFinding::Level;

constexpr std::size_t words_of_a_crash = 2000;  // bytes of what a service printed before it died

/// A private folder that is gone afterwards.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& root) : path_(root + "/p2p_admin-lint-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// No more than whoever reads it would take: one byte above that is enough to be refused.
std::string read_text(const fs::path& path) {
  constexpr std::size_t longest = 4 * 1024 * 1024 + 1;
  std::string text(longest, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// "/a/b/prices" from "b/prices/", "prices", ".". Not canonical: a link is told, not followed.
fs::path place_of(const std::string& folder) {
  std::error_code error;
  const fs::path absolute = fs::absolute(folder, error).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

/// The end of what it printed, for whoever looks for the cause.
std::string last_words(const std::string& output) {
  std::string words =
      output.size() > words_of_a_crash ? output.substr(output.size() - words_of_a_crash) : output;
  while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.pop_back();
  return words.empty() ? "" : "; it printed: " + words;
}

class Linter {
 public:
  explicit Linter(const LintOrder& order)
      : order_(order),
        place_(place_of(order.folder)),
        name_(place_.filename().string()),
        services_(place_.parent_path().string()),
        temporary_(order.temporary),
        signals_(loop_, {SIGINT, SIGTERM},
                 [this](int) {
                   report_.interrupted = true;
                   loop_.stop();
                 }),
        compiler_(loop_, order.compiler) {
    report_.folder = order.folder;
    report_.service = name_;
  }

  LintReport run() {
    if (temporary_.path().empty())
      complain("no temporary folder can be made in " + order_.temporary);
    else if (there() && judge_name() && judge_files())
      go_on();
    return std::move(report_);
  }

 private:
  void go_on() {
    read_settings();
    auto source = source_of(name_, listing_.files, settings_.entry);
    if (!source) return complain(source.error());
    if (source->kind == ServiceSource::Kind::none) return nothing_to_run();
    if (!settings_.enabled)
      return warn("enabled = false: a node does not load it, and nothing more is looked at",
                  shown(settings_.file));
    const Examined loadable = bring(source->kind);
    if (loadable.reason) return complain(*loadable.reason);
    if (!loadable.copy.empty()) look_at(loadable);
  }

  bool there() {
    struct stat facts{};
    if (::lstat(place_.c_str(), &facts) != 0)
      complain(errno == ENOENT ? "there is no such folder" : std::generic_category().message(errno));
    else if (S_ISREG(facts.st_mode))
      complain("is a file; lint takes the folder that holds it: p2p_admin lint " +
               quoted_for_shell(services_));
    else if (!S_ISDIR(facts.st_mode) && !S_ISLNK(facts.st_mode))
      complain("is no folder");
    else
      return true;
    return false;
  }

  bool judge_name() {
    const FolderName judged = judge_folder_name(name_);
    if (judged == FolderName::service) return true;
    if (judged == FolderName::builtin) {
      complain("the name system belongs to the built-in service: a node passes this folder over");
      return false;
    }
    const std::string close = service_name_like(name_);
    complain("'" + name_ + "' is no name for a service: it must match [a-z][a-z0-9_-]{0,63}" +
             (close.empty() ? "" : "; rename the folder, to " + close + " for example"));
    return false;
  }

  /// All that is wrong with owners and modes, where a node stops at the first.
  bool judge_files() {
    listing_ = list_service(services_, name_);
    std::vector<std::string> inside = listing_.folders;
    inside.insert(inside.end(), listing_.files.begin(), listing_.files.end());
    if (inside.empty()) inside.emplace_back();
    for (const std::string& name : inside) {
      const fs::path path = name.empty() ? place_ : place_ / name;
      struct stat facts{};
      if (::lstat(path.c_str(), &facts) != 0) continue;
      if (std::string wrong = complaint(facts, path.string(), ::geteuid()); !wrong.empty()) complain(wrong);
    }
    if (report_.findings.empty() && listing_.wrong) complain(*listing_.wrong);
    return report_.findings.empty();
  }

  /// A mistake in it does not keep the rest from being looked at, as if it were not there.
  void read_settings() {
    const auto file = std::ranges::find(listing_.files, service_toml_name);
    if (file == listing_.files.end()) return;
    auto settings = read_service_toml(name_, read_text(place_ / service_toml_name));
    if (settings) {
      settings_ = *std::move(settings);
      return;
    }
    complain(settings.error());
    listing_.files.erase(file);
  }

  void nothing_to_run() {
    std::string inside;
    for (const std::string& file : listing_.files)
      if (file.ends_with("/main.cpp") && inside.empty()) inside = file.substr(0, file.rfind('/'));
    complain("nothing in it can run: a service has a main.cpp, or one .so" +
             (inside.empty()
                  ? std::string()
                  : "; did you mean p2p_admin lint " + quoted_for_shell((place_ / inside).string()) + "?"));
  }

  /// A library that may be loaded, or why there is none.
  Examined bring(ServiceSource::Kind kind) {
    CompileSetup setup = order_.setup;
    setup.services_dir = services_;
    OrReason<std::string> version{std::string()};
    if (kind == ServiceSource::Kind::sources) version = compiler_version();
    Examined done = examine({.services_dir = services_,
                             .store = BuildStore(temporary_.path()),
                             .setup = std::move(setup),
                             .compiler = std::move(version),
                             .listing = listing_,
                             .known = {},
                             .known_settings = {},
                             .number = 1});
    if (done.moved_on)
      return refused(
          {"folder", "its files are being written; lint it again when that is done", {}, 0, 0, {}});
    return done.build && !done.reason ? build(done.build) : done;
  }

  static Examined refused(FailureReason reason) {
    Examined done;
    done.reason = std::move(reason);
    return done;
  }

  OrReason<std::string> compiler_version() {
    std::optional<OrReason<std::string>> answer;
    loop_.post([&] {
      compiler_.version([&](const OrReason<std::string>& version) {
        answer = version;
        loop_.stop();
      });
    });
    loop_.run();
    if (!answer) return refuse("compile", "interrupted");
    return *answer;
  }

  Examined build(const std::shared_ptr<PreparedBuild>& build) {
    for (const Snapshot::File& file : build->snapshot.files())
      if (file.path.starts_with(name_ + '/')) sources_.push_back({shown(file.path), file.bytes});
    std::optional<CompileEnd> end;
    loop_.post([&] {
      compiler_.compile(
          {name_, build->commands, build->work + "/source", build->work}, [] {},
          [&](CompileEnd ended) {
            end = std::move(ended);
            loop_.stop();
          });
    });
    loop_.run();
    if (!end) return refused({"compile", "interrupted", {}, 0, 0, {}});
    keep_ = build;  // the sources' text
    Examined done = finish_build(*build, *end);
    take_log();
    return done;
  }

  void take_log() {
    std::error_code error;
    for (fs::directory_iterator it(temporary_.path() + "/build/" + name_, error), none; !error && it != none;
         it.increment(error))
      if (it->path().extension() == ".log") report_.build_log = read_text(it->path());
    for (FailureReason& warning : compile_warnings(report_.build_log, name_, services_))
      report_.findings.push_back(
          {Level::warning, std::move(warning.message), shown(warning.file), warning.line, warning.column});
  }

  /// Loads it in a child, which may die of it.
  void look_at(const Examined& loadable) {
    const std::string result = temporary_.path() + "/description";
    ChildSpec spec;
    spec.argv = order_.describer;
    spec.argv.insert(spec.argv.end(), {loadable.copy, name_, loadable.shown, result});
    spec.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C", "LC_ALL=C"};
    spec.directory = temporary_.path();
    spec.time_limit = order_.load_limit;
    std::optional<ChildResult> ended;
    std::string trouble;
    std::unique_ptr<ChildProcess> child;
    loop_.post([&] {
      auto started = ChildProcess::start(loop_, spec, [&](ChildResult end) {
        ended = std::move(end);
        loop_.stop();
      });
      if (started) {
        child = *std::move(started);
      } else {
        trouble = started.error().message();
        loop_.stop();
      }
    });
    loop_.run();
    if (!ended) return trouble.empty() ? void() : complain("it cannot be loaded to look at it: " + trouble);
    judge_end(*ended, result);
  }

  void judge_end(const ChildResult& end, const std::string& result) {
    const std::string when = " while it was loaded, its object made and unmade";
    if (end.timed_out)
      return complain(
          fmt::format("it hangs: it took longer than {} s{}; a constructor must not wait, that is for "
                      "initialize(){}",
                      order_.load_limit.count() / 1000, when, last_words(end.output)));
    if (end.signal != 0)
      return complain(
          fmt::format("it crashed with signal {} (SIG{}){}; a node that loads it ends the same way{}",
                      end.signal, ::sigabbrev_np(end.signal), when, last_words(end.output)));
    const Result<Value> description = json::parse(read_text(result));
    if (end.exit_code != 0 || !description || !description->is_object())
      return complain(
          fmt::format("it ended its process with code {}{}{}", end.exit_code, when, last_words(end.output)));
    if (const Value* error = description->find("error")) return complain(error->as_string());
    report_.description = *description;
    report_.service = (*description)["service"].as_string();
    judge_overrides();
    for (LintFinding& finding : judge_description(*description, name_, beside(), sources_))
      report_.findings.push_back(std::move(finding));
  }

  void judge_overrides() {
    MethodParameters known;
    for (const Value& method : report_.description["methods"].as_array()) {
      std::vector<std::string>& names = known[method["name"].as_string()];
      for (const Member& property : method["params_schema"]["properties"].as_object())
        names.push_back(property.first);
    }
    if (const auto wrong = check_overrides(settings_.methods, settings_.file, known)) complain(*wrong);
  }

  std::vector<std::string> beside() const {
    std::vector<std::string> names;
    for (const FolderListing& other : list_services(services_).folders)
      if (other.has_program()) names.push_back(other.name);
    return names;
  }

  /// "prices/main.cpp" as whoever asked would open it.
  [[nodiscard]] std::string shown(const std::string& file) const {
    if (!file.starts_with(name_ + '/')) return file.empty() ? file : services_ + '/' + file;
    return (fs::path(order_.folder) / file.substr(name_.size() + 1)).lexically_normal().string();
  }

  void warn(std::string message, std::string file) {
    report_.findings.push_back({Level::warning, std::move(message), std::move(file), 0, 0});
  }
  void complain(std::string message) {
    report_.findings.push_back({Level::error, std::move(message), order_.folder, 0, 0});
  }
  void complain(const FailureReason& reason) {
    if (report_.interrupted) return;
    LintFinding finding{Level::error, reason.message, shown(reason.file), reason.line, reason.column};
    if (finding.file.empty()) finding.file = order_.folder;
    report_.findings.push_back(std::move(finding));
  }

  const LintOrder& order_;
  const fs::path place_;
  const std::string name_, services_;
  SystemClock clock_;
  Loop loop_{clock_, nullptr};
  TemporaryFolder temporary_;
  Signals signals_;
  Compiler compiler_;
  LintReport report_;
  FolderListing listing_;
  ServiceSettings settings_;
  std::shared_ptr<PreparedBuild> keep_;
  std::vector<LintSource> sources_;
};

}  // namespace

LintReport lint(const LintOrder& order) { return Linter(order).run(); }

}  // namespace p2p
