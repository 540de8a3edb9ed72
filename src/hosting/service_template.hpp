// The files of a new service, as `p2p_admin new service NAME` writes them. Their text lives in
// services/templates/ and is part of the program; `@NAME@` in it becomes the service's name. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace p2p {

struct TemplateFile {
  std::string name, text;
  bool runs = false;  ///< a script: 0755 instead of 0644
};

/// Of a service in C++; sorted as a reader opens them, main.cpp first.
[[nodiscard]] std::vector<TemplateFile> cpp_template(std::string_view service);

}  // namespace p2p
