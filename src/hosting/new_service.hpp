// NewService: a folder for a new service, put into a services folder in one step: it is written under a
// hidden name, which nodes pass over, and renamed when it is whole. A node that runs never sees half of it,
// and a folder that is there already is never touched.
//
// Threads: any; blocks for as long as the disk does.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "hosting/service_template.hpp"

namespace p2p {

struct NewService {
  std::string folder;              ///< "services/hello"
  std::vector<std::string> files;  ///< "services/hello/main.cpp", ...
  bool made_services = false;      ///< the services folder was not there
  std::string warning;             ///< why a node would not load it from there; empty: it would
};

/// Errors are answers with a `hint`: invalid_params for a name that no service can have, conflict when the
/// folder is there, not_found when there is no place for it, forbidden when it may not be written.
[[nodiscard]] Result<NewService> make_service(const std::string& services_dir, const std::string& name,
                                              const std::vector<TemplateFile>& files);

/// What `wrong` might be meant to be, as a service's name: "My Service" gives "my_service"; may be empty.
[[nodiscard]] std::string service_name_like(std::string_view wrong);

}  // namespace p2p
