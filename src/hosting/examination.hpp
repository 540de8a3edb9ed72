// Examination: from the files of a folder to a library that may be loaded: read once, hashed, found in the
// store of builds or prepared for the compiler. And the second half, when the compiler is done.
//
// Threads: any; run on the pool. Everything they need is handed to them.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "hosting/build_store.hpp"
#include "hosting/compile_command.hpp"
#include "hosting/compiler.hpp"
#include "hosting/folder_listing.hpp"
#include "hosting/service_source.hpp"

namespace p2p {

struct ExamineOrder {
  std::string services_dir;
  BuildStore store;
  CompileSetup setup;
  OrReason<std::string> compiler;  ///< its version, or why there is none: only sources need it
  FolderListing listing;
  std::string known;           ///< code that was offered last: it need not be loaded again
  std::string known_settings;  ///< digest of the service.toml that was taken with it
  bool serves = false;         ///< some version runs: with reload = "manual" it stays
  std::uint64_t number = 0;    ///< no other order has it
};

/// A build that is prepared, and then what is left to do when it is done.
struct PreparedBuild {
  BuildStore store;
  BuildBase base;
  std::string folder, services_dir, work;
  std::vector<std::string> sources;  ///< "my_service/main.cpp"
  ServiceSettings settings;
  Snapshot snapshot;
  std::vector<Arguments> commands;
  std::uint64_t number = 0;
};

/// What came of it; the first of these that is set.
struct Examined {
  bool moved_on = false;                 ///< files changed while they were read: look again
  std::optional<FailureReason> reason;   ///< it cannot be had
  bool cut_off = false;                  ///< ... and that may be for want of its other half
  bool unchanged = false;                ///< it is what is known
  bool disabled = false;                 ///< service.toml says that it may not run
  bool pending = false;                  ///< it is another, and waits for the operator's word
  bool settings_alone = false;           ///< the code is what is known, and service.toml another
  std::string copy;                      ///< a library to load, and to delete
  std::shared_ptr<PreparedBuild> build;  ///< to be compiled first

  ServiceSettings settings;
  std::string code;            ///< SHA-256 of what was examined: the library, or all that goes into the build
  std::string content;         ///< of both: the code, and service.toml
  std::string shown;           ///< the file, for messages
  std::set<std::string> uses;  ///< other folders whose headers it includes
};

[[nodiscard]] Examined examine(const ExamineOrder& order);
[[nodiscard]] Examined finish_build(const PreparedBuild& build, const CompileEnd& end);

}  // namespace p2p
