#include "hosting/build_store.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <sys/stat.h>
#include <unistd.h>

#include "hosting/compile_command.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t name_length = 32;  // of the 64 digits of a key: enough to tell builds apart
constexpr std::size_t most_logs = 6;

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Whole or not at all, under its last name.
void write_whole(const std::string& path, const std::string& text) {
  const std::string fresh = path + '.' + std::to_string(::getpid());
  std::error_code error;
  fs::remove(fresh, error);
  if (write_private(fresh, text)) fs::rename(fresh, path, error);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

/// The files of a folder that end in `end`, those used last first.
std::vector<fs::path> newest_first(const std::string& folder, std::string_view end) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), last; !error && it != last; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.ends_with(end) && !name.starts_with("run-"))
      found.emplace_back(it->last_write_time(error), it->path());
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<fs::path> paths;
  for (auto& [time, path] : found) paths.push_back(std::move(path));
  return paths;
}

/// The process that "work-123-4" or "run-123-4.so" belongs to; 0 for other files.
int owner_of(const std::string& name) {
  for (const std::string_view begin : {"work-", "run-"}) {
    if (!name.starts_with(begin)) continue;
    int pid = 0;
    const char* first = name.data() + begin.size();
    const bool read = std::from_chars(first, name.data() + name.size(), pid).ec == std::errc{};
    return read ? std::max(pid, 0) : 0;
  }
  return 0;
}

bool lives(int pid) { return ::kill(pid, 0) == 0 || errno != ESRCH; }

/// At the start of a node: what has our number was another's.
bool left_behind(const std::string& name) {
  const int pid = owner_of(name);
  return pid > 0 && (pid == ::getpid() || !lives(pid));
}

/// When a folder was last of use; `now` while a process uses it.
fs::file_time_type last_use(const fs::path& folder, fs::file_time_type now) {
  std::error_code error;
  fs::file_time_type last = fs::last_write_time(folder, error);
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code inside;
    const int pid = owner_of(it->path().filename().string());
    if (pid > 0 && lives(pid)) return now;
    last = std::max(last, it->last_write_time(inside));
  }
  return error ? now : last;
}

std::unexpected<FailureReason> no_state(const std::error_code& error) {
  return refuse("load", "the state directory cannot be written: " + error.message());
}

}  // namespace

std::vector<std::string> dependencies_made(const std::string& work, std::size_t sources) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < sources; ++i) {
    const auto names = parse_dependencies(read_text(work + '/' + dependency_name(i)));
    all.insert(all.end(), names.begin(), names.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

BuildStore::BuildStore(std::string state_dir)
    : state_dir_(std::move(state_dir)), root_(state_dir_ + "/build") {}

std::optional<BuildStore::Built> BuildStore::find(const std::string& service, const BuildBase& base,
                                                  const std::vector<std::string>& sources,
                                                  const Snapshot& snapshot) const {
  for (const fs::path& list : newest_first(folder(service), ".d")) {
    Built built;
    built.dependencies = lines_of(read_text(list.string()));
    auto key = build_key(base, sources, snapshot, built.dependencies);
    if (!key) continue;
    built.key = *std::move(key);
    built.path = folder(service) + '/' + built.key.substr(0, name_length) + ".so";
    std::error_code error;
    if (list.stem() != built.key.substr(0, name_length)) continue;
    if (!fs::is_regular_file(built.path, error)) continue;
    fs::last_write_time(built.path, fs::file_time_type::clock::now(), error);
    return built;
  }
  return std::nullopt;
}

OrReason<std::string> BuildStore::make_work(const std::string& service, std::uint64_t number) const {
  const std::string work =
      folder(service) + "/work-" + std::to_string(::getpid()) + '-' + std::to_string(number);
  std::error_code error;
  fs::create_directories(work + "/tmp", error);
  if (error) return no_state(error);
  fs::permissions(root_, fs::perms::owner_all, error);  // what the node loads, nobody else may touch
  if (error) return no_state(error);
  return work;
}

OrReason<BuildStore::Built> BuildStore::keep(const std::string& service, const BuildBase& base,
                                             const std::vector<std::string>& sources,
                                             const Snapshot& snapshot, const std::string& work) const {
  Built built;
  built.dependencies = dependencies_made(work, sources.size());
  auto key = build_key(base, sources, snapshot, built.dependencies);
  if (!key) return refuse(std::move(key.error()));
  built.key = *std::move(key);
  const std::string place = folder(service) + '/' + built.key.substr(0, name_length);
  built.path = place + ".so";
  std::error_code error;
  fs::rename(work + '/' + std::string(library_name), built.path, error);
  if (error == std::errc::no_such_file_or_directory && !fs::exists(work + '/' + std::string(library_name)))
    return refuse("compile", "the compiler reported success and left no library");
  if (error) return no_state(error);
  std::string list;
  for (const std::string& name : built.dependencies) list += name + '\n';
  write_whole(place + ".d", list);
  forget_old(service);
  return built;
}

std::string BuildStore::keep_log(const std::string& service, const std::string& key,
                                 const std::string& text) const {
  const std::string name = key.substr(0, name_length) + ".log";
  write_whole(folder(service) + '/' + name, text);
  const auto logs = newest_first(folder(service), ".log");
  std::error_code error;
  for (std::size_t i = most_logs; i < logs.size(); ++i) fs::remove(logs[i], error);
  return "build/" + service + '/' + name;
}

void BuildStore::forget_old(const std::string& service) const {
  const auto libraries = newest_first(folder(service), ".so");
  std::error_code error;
  for (std::size_t i = kept; i < libraries.size(); ++i)
    for (const char* end : {".so", ".d", ".log"})
      fs::remove(fs::path(libraries[i]).replace_extension(end), error);
}

void BuildStore::drop_work(const std::string& work) const {
  std::error_code error;
  fs::remove_all(work, error);
}

std::string BuildStore::run_name(const std::string& service, std::uint64_t number) const {
  return folder(service) + "/run-" + std::to_string(::getpid()) + '-' + std::to_string(number) + ".so";
}

OrReason<std::string> BuildStore::copy_to_run(const std::string& service, std::uint64_t number,
                                              const std::string& library) const {
  std::string copy = run_name(service, number);
  std::error_code error;
  fs::copy_file(library, copy, fs::copy_options::overwrite_existing, error);
  if (error) return no_state(error);
  return copy;
}

OrReason<std::string> BuildStore::write_to_run(const std::string& service, std::uint64_t number,
                                               std::string_view bytes) const {
  std::string copy = run_name(service, number);
  std::error_code error;
  fs::create_directories(folder(service), error);
  fs::permissions(root_, fs::perms::owner_all, error);
  if (error) return no_state(error);
  fs::remove(copy, error);
  if (auto written = write_private(copy, bytes); !written) return refuse(std::move(written.error()));
  return copy;
}

void BuildStore::forget_unused(fs::file_time_type now) const {
  std::error_code error;
  std::vector<fs::path> old;
  for (fs::directory_iterator it(root_, error), end; !error && it != end; it.increment(error))
    if (it->is_directory(error) && now - last_use(it->path(), now) > unused_for) old.push_back(it->path());
  for (const fs::path& path : old) fs::remove_all(path, error);
}

void BuildStore::sweep() const {
  std::error_code error;
  for (fs::directory_iterator it(root_, error), end; !error && it != end; it.increment(error)) {
    std::error_code inside;
    std::vector<fs::path> old;
    for (fs::directory_iterator in(it->path(), inside), last; !inside && in != last; in.increment(inside))
      if (left_behind(in->path().filename().string())) old.push_back(in->path());
    for (const fs::path& path : old) fs::remove_all(path, inside);
  }
}

}  // namespace p2p
