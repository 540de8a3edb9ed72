// What a compiler or a linker said, as the one reason an author reads first: the first line with `error:`,
// and the place in the author's own files that led to it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosting/or_reason.hpp"

namespace p2p {

/// `folder` is the service's, paths in `output` begin with it; `services_dir` is what the linker may put
/// before them. A `message` without place when no line has `error:`.
[[nodiscard]] FailureReason compile_error(std::string_view output, std::string_view folder,
                                          std::string_view services_dir);

/// Its warnings about the author's own files, each with its place; those about other files are left out.
[[nodiscard]] std::vector<FailureReason> compile_warnings(std::string_view output, std::string_view folder,
                                                          std::string_view services_dir);

/// It failed for want of another service's header, which may come at any time.
[[nodiscard]] bool lacks_header(const FailureReason& reason);

}  // namespace p2p
