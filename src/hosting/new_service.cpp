#include "hosting/new_service.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <stdio.h>   // NOLINT: renameat2 is the system's
#include <stdlib.h>  // NOLINT: mkdtemp is POSIX's
#include <sys/stat.h>
#include <unistd.h>

#include "hosting/folder_check.hpp"
#include "hosting/opened.hpp"
#include "model/method_path.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

std::string reason_of(int error) { return std::generic_category().message(error); }

Errc kind_of(int error) {
  if (error == EACCES || error == EPERM || error == EROFS) return Errc::forbidden;
  if (error == EEXIST || error == ENOTEMPTY) return Errc::conflict;
  return error == ENOENT || error == ENOTDIR ? Errc::not_found : Errc::unavailable;
}

std::unexpected<Error> no_write(const std::string& path, int error) {
  return fail(kind_of(error), "cannot write " + path + ": " + reason_of(error));
}

Result<void> check_name(const std::string& name) {
  const FolderName judged = judge_folder_name(name);
  if (judged == FolderName::service) return {};
  if (judged == FolderName::builtin)
    return fail(Errc::invalid_params, "the name system belongs to the built-in service",
                {{"hint", "p2p_admin new service my_system"}});
  const std::string close = service_name_like(name);
  return fail(Errc::invalid_params,
              "'" + name + "' is no name for a service: it must match [a-z][a-z0-9_-]{0,63}",
              {{"hint", "p2p_admin new service " + (close.empty() ? "my_service" : close)}});
}

/// Its parent must be there: a path that is misspelt is not made whole.
Result<bool> make_services_folder(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return false;
  if (fs::exists(path, error)) return fail(Errc::conflict, path + " is no folder");
  if (::mkdir(path.c_str(), 0755) == 0) {
    ::chmod(path.c_str(), 0755);  // whatever the umask: a node refuses what others may write
    return true;
  }
  if (errno == ENOENT)
    return fail(Errc::not_found, "there is no folder for " + path,
                {{"hint", "mkdir -p " + quoted_for_shell(path)}});
  return no_write(path, errno);
}

Result<void> write_file(const Opened& folder, const std::string& shown, const TemplateFile& file) {
  const Opened out(
      ::openat(folder.get(), file.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out) return no_write(shown + '/' + file.name, errno);
  for (std::string_view left = file.text; !left.empty();) {
    const ssize_t size = ::write(out.get(), left.data(), left.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return no_write(shown + '/' + file.name, errno);
    left.remove_prefix(static_cast<std::size_t>(size));
  }
  if (::fchmod(out.get(), file.runs ? 0755 : 0644) != 0 || ::fsync(out.get()) != 0)
    return no_write(shown + '/' + file.name, errno);
  return {};
}

/// A hidden folder that is gone again unless it was put in its place.
class Draft {
 public:
  explicit Draft(const fs::path& services) : path_((services / ".new-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) {
      error_ = errno;
      path_.clear();
    }
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  [[nodiscard]] int error() const noexcept { return error_; }

  [[nodiscard]] Result<void> fill(const std::string& shown, const std::vector<TemplateFile>& files) const {
    const Opened folder = open_folder(path_);
    if (!folder) return no_write(shown, errno);
    for (const TemplateFile& file : files)
      if (auto written = write_file(folder, shown, file); !written) return written;
    if (::fchmod(folder.get(), 0755) != 0 || ::fsync(folder.get()) != 0) return no_write(shown, errno);
    return {};
  }

  /// errno when it cannot be; EEXIST when something is there.
  int put(const std::string& place) {
    int failed =
        ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (failed == EINVAL || failed == ENOSYS) {  // a file system that knows no such rename
      struct stat facts{};
      if (::lstat(place.c_str(), &facts) == 0) return EEXIST;
      failed = ::rename(path_.c_str(), place.c_str()) == 0 ? 0 : errno;
    }
    if (failed == 0) path_.clear();
    return failed;
  }

 private:
  std::string path_;
  int error_ = 0;
};

std::unexpected<Error> taken(const std::string& folder) {
  return fail(Errc::conflict, folder + " is there already and was not touched",
              {{"hint", "choose another name, or look at what it holds: p2p_admin lint " +
                            quoted_for_shell(folder)}});
}

}  // namespace

std::string service_name_like(std::string_view wrong) {
  std::string name;
  for (const char c : wrong.substr(0, 64)) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool fits = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') || lower == '-';
    if (fits)
      name += lower;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  const auto letter = name.find_first_of("abcdefghijklmnopqrstuvwxyz");
  name = letter == name.npos ? std::string() : name.substr(letter);
  return judge_folder_name(name) == FolderName::service ? name : std::string();
}

Result<NewService> make_service(const std::string& services_dir, const std::string& name,
                                const std::vector<TemplateFile>& files) {
  if (auto named = check_name(name); !named) return fail(named.error());
  const Result<bool> made = make_services_folder(services_dir);
  if (!made) return fail(made.error());
  NewService done;
  done.made_services = *made;
  done.folder = (fs::path(services_dir) / name).lexically_normal().string();
  struct stat facts{};
  if (::lstat(done.folder.c_str(), &facts) == 0) return taken(done.folder);
  Draft draft(services_dir);
  if (draft.error() != 0) return no_write(services_dir, draft.error());
  if (auto filled = draft.fill(done.folder, files); !filled) return fail(filled.error());
  if (const int failed = draft.put(done.folder); failed != 0)
    return kind_of(failed) == Errc::conflict ? taken(done.folder) : no_write(done.folder, failed);
  for (const TemplateFile& file : files) done.files.push_back(done.folder + '/' + file.name);
  if (const auto way = check_way_to(services_dir); !way) done.warning = way.error().message;
  return done;
}

}  // namespace p2p
