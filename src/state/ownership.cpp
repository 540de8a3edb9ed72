#include "state/ownership.hpp"

#include <cstdio>

#include <unistd.h>

namespace p2p {
namespace {

std::unexpected<Error> refuse(const std::string& path, const std::string& reason,
                              const std::string& command) {
  return fail(Errc::unavailable, path + ": " + reason + "; run: " + command, {{"hint", command}});
}

std::string octal(mode_t mode) {
  char text[8] = {};
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode));
  return text;
}

Result<void> check_owner(const struct stat& facts, const std::string& path) {
  const uid_t own = ::geteuid();
  if (facts.st_uid == own) return {};
  return refuse(
      path, "belongs to uid " + std::to_string(facts.st_uid) + ", the node runs as " + std::to_string(own),
      "chown " + std::to_string(own) + " " + shell_word(path));
}

Result<void> check_kind(const struct stat& facts, const std::string& path, bool fits, const char* wanted) {
  if (S_ISLNK(facts.st_mode)) return refuse(path, "is a symbolic link", "rm " + shell_word(path));
  if (!fits)
    return refuse(path, std::string("is no ") + wanted,
                  "mv " + shell_word(path) + " " + shell_word(path + ".old"));
  return {};
}

}  // namespace

std::string shell_word(const std::string& text) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:@";
  if (!text.empty() && text.front() != '-' && text.find_first_not_of(plain) == std::string_view::npos)
    return text;
  std::string word = "'";
  for (const char c : text) c == '\'' ? word += "'\\''" : word += c;
  return word + "'";
}

Result<void> check_directory(const struct stat& facts, const std::string& path) {
  if (auto kind = check_kind(facts, path, S_ISDIR(facts.st_mode), "directory"); !kind) return kind;
  if (auto owner = check_owner(facts, path); !owner) return owner;
  const mode_t mode = facts.st_mode & 07777;
  if (mode == 0700) return {};
  return refuse(path, "has mode " + octal(mode) + ", must be 0700", "chmod 700 " + shell_word(path));
}

Result<void> check_file(const struct stat& facts, const std::string& path) {
  if (auto kind = check_kind(facts, path, S_ISREG(facts.st_mode), "regular file"); !kind) return kind;
  if (auto owner = check_owner(facts, path); !owner) return owner;
  const mode_t mode = facts.st_mode & 07777;
  if ((mode & ~mode_t{0600}) == 0 && (mode & 0400) != 0) return {};
  return refuse(path, "has mode " + octal(mode) + ", must be 0600", "chmod 600 " + shell_word(path));
}

}  // namespace p2p
