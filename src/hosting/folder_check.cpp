#include "hosting/folder_check.hpp"

#include <filesystem>
#include <system_error>

#include <unistd.h>

#include "model/method_path.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

std::string wrong_owner(const struct stat& facts, const std::string& path, uid_t us) {
  if (facts.st_uid == us || facts.st_uid == 0) return {};
  return path + " belongs to uid " + std::to_string(facts.st_uid) + ", the node runs as " +
         std::to_string(us) + "; run: chown " + std::to_string(us) + ' ' + quoted_for_shell(path);
}

std::string open_to_others(const struct stat& facts, const std::string& path) {
  if ((facts.st_mode & 022) == 0) return {};
  const bool group = (facts.st_mode & 020) != 0, others = (facts.st_mode & 002) != 0;
  const char* who = group && others ? "group and others" : group ? "its group" : "others";
  return path + " may be written by " + who + "; run: chmod go-w " + quoted_for_shell(path);
}

/// "/a/b/c" -> "/", "/a", "/a/b", "/a/b/c".
std::string check_each(const fs::path& absolute, uid_t us) {
  fs::path way;
  for (const fs::path& part : absolute) {
    if (part.empty()) continue;  // a slash at the end
    way /= part;
    struct stat facts{};
    if (::lstat(way.c_str(), &facts) != 0) return {};  // not there, or not for us: opening it will say so
    if (std::string wrong = complaint_of_parent(facts, way.string(), us); !wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace

std::string complaint(const struct stat& facts, const std::string& path, uid_t us) {
  if (S_ISLNK(facts.st_mode))
    return path + " is a symbolic link, which is not followed; put what it points to in its place";
  if (S_ISCHR(facts.st_mode) || S_ISBLK(facts.st_mode)) return path + " is a device";
  if (!S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode))
    return path + " is neither a file nor a folder; run: rm " + quoted_for_shell(path);
  if (std::string wrong = wrong_owner(facts, path, us); !wrong.empty()) return wrong;
  return open_to_others(facts, path);
}

std::string complaint_of_parent(const struct stat& facts, const std::string& path, uid_t us) {
  if (std::string wrong = wrong_owner(facts, path, us); !wrong.empty()) return wrong;
  if (S_ISLNK(facts.st_mode)) return {};
  if (facts.st_uid == 0 && (facts.st_mode & S_ISVTX) != 0) return {};
  return open_to_others(facts, path);
}

OrReason<void> check_way_to(const std::string& folder) {
  std::error_code error;
  const fs::path written = fs::absolute(folder, error).lexically_normal();
  const fs::path real = fs::canonical(folder, error);
  const uid_t us = ::geteuid();
  for (const fs::path& way : {written, real})
    if (std::string wrong = check_each(way, us); !wrong.empty()) return refuse("folder", std::move(wrong));
  return {};
}

FolderName judge_folder_name(std::string_view name) {
  if (name == "system") return FolderName::builtin;
  if (name.find('.') != name.npos || name == "__pycache__") return FolderName::passed_over;
  return is_service_name(name) ? FolderName::service : FolderName::wrong;
}

std::string quoted_for_shell(std::string_view text) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:@=";
  if (!text.empty() && text.find_first_not_of(plain) == text.npos) return std::string(text);
  std::string word = "'";
  for (const char c : text)
    if (c == '\'')
      word += "'\\''";
    else
      word += c;
  return word + "'";
}

}  // namespace p2p
