// What ServicesFolder knows of one folder, and what is being done about it. Its two files share it:
// services_folder.cpp looks, services_folder_work.cpp acts.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "hosting/services_folder.hpp"

namespace p2p {

inline constexpr std::chrono::milliseconds at_once{1};  // the next turn of the loop
inline constexpr const char* by_operator =
    "disabled by the operator, `p2p_admin service enable` brings it back";
inline constexpr const char* unknown_settings = "?";  // the file was refused: whatever comes is another

struct ServicesFolder::Folder {
  explicit Folder(std::string name_in) : name(std::move(name_in)) {}

  std::string name;
  bool known = false;  ///< the registry has heard of it

  std::string seen;  ///< stamp of the last listing, and since when
  Instant seen_at{};
  std::string acted;     ///< stamp of the listing that was last acted on
  std::string code;      ///< what was last offered; empty after a failure
  std::string content;   ///< ... with its service.toml
  std::string settings;  ///< digest of the service.toml that was taken last, or `unknown_settings`
  std::set<std::string> uses;
  bool lacks_header = false;  ///< it failed for a header that another folder may bring

  bool looking = false, look_again = false;  ///< a listing is under way; and it is out of date
  std::uint64_t work = 0;                    ///< what runs for it: examination or build; 0: nothing
  bool changed = false;                      ///< since that work began
  bool forced = false;                       ///< to be acted on whatever the stamp says
  bool reload = false;                       ///< ... and loaded whatever the content says
  bool asked = false;                        ///< ... by the operator
  std::string work_dir;                      ///< of its build
  Executor::TimerId timer = 0;
};

}  // namespace p2p
