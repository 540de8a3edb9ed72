// What the services folder and all in it must be before any of it may become code of this process: ours or
// root's, writable by nobody else, and no symbolic link (security.md, section 9). Whoever may write here may
// do what the node may do. What does not fit is told with the command that mends it.
#pragma once

#include <string>
#include <string_view>

#include <sys/stat.h>
#include <sys/types.h>

#include "hosting/or_reason.hpp"

namespace p2p {

/// What is wrong with a file or folder of a service, `path` for the shell; empty when nothing is. `us` is our
/// uid.
[[nodiscard]] std::string complaint(const struct stat& facts, const std::string& path, uid_t us);

/// The same for a folder above the services: one that is root's and sticky, as /tmp, may be writable by all.
/// A symbolic link is judged by its owner, since nobody else can turn it elsewhere.
[[nodiscard]] std::string complaint_of_parent(const struct stat& facts, const std::string& path, uid_t us);

/// Looks at each folder above `folder` (as it is written, and as it is once links are followed) and at
/// itself.
[[nodiscard]] OrReason<void> check_way_to(const std::string& folder);

enum class FolderName {
  service,
  builtin,      ///< "system": part of the program
  passed_over,  ///< hidden, or with a dot
  wrong,        ///< no name a service can have
};
[[nodiscard]] FolderName judge_folder_name(std::string_view name);

/// `text` as one word for a shell.
[[nodiscard]] std::string quoted_for_shell(std::string_view text);

}  // namespace p2p
