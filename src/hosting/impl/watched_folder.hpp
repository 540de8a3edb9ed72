// What ServicesFolder knows of one folder, and what is being done about it. Its two files share it:
// services_folder.cpp looks, services_folder_work.cpp acts.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "hosting/services_folder.hpp"

namespace p2p {

inline constexpr std::chrono::milliseconds at_once{1};  // the next turn of the loop

struct ServicesFolder::Folder {
  explicit Folder(std::string name_in) : name(std::move(name_in)) {}

  std::string name;
  bool known = false;  ///< the registry has heard of it

  std::string seen;  ///< stamp of the last listing, and since when
  Instant seen_at{};
  std::string acted;    ///< stamp of the listing that was last acted on
  std::string content;  ///< what was last offered; empty after a failure
  std::set<std::string> uses;
  bool lacks_header = false;  ///< it failed for a header that another folder may bring

  bool looking = false, look_again = false;  ///< a listing is under way; and it is out of date
  std::uint64_t work = 0;                    ///< what runs for it: examination or build; 0: nothing
  bool changed = false;                      ///< since that work began
  bool forced = false;                       ///< to be acted on whatever the stamp says
  bool reload = false;                       ///< ... and loaded whatever the content says
  std::string work_dir;                      ///< of its build
  Executor::TimerId timer = 0;
};

}  // namespace p2p
