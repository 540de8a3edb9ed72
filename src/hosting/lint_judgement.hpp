// What lint thinks of a service that can be loaded: things a node accepts and an author would rather know.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosting/lint_report.hpp"
#include "hosting/snapshot.hpp"

namespace p2p {

struct LintSource {
  std::string path;  ///< as whoever asked would open it
  std::string_view text;
};

/// `folder` is the folder's name, `others` those of the services beside it, for dependencies.
[[nodiscard]] std::vector<LintFinding> judge_description(const Value& description, const std::string& folder,
                                                         const std::vector<std::string>& others,
                                                         const std::vector<LintSource>& sources);

/// The line of SERVICE_METHOD(name, ...); no file when there is none.
[[nodiscard]] LintFinding at_declaration(const std::string& method, const std::vector<LintSource>& sources);

}  // namespace p2p
