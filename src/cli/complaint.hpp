// Complaint: an Error as the command line shows it: error, cause, hint; or a document with -o json, yaml or
// ndjson. And its exit code, which is that of the error table.
//
// Members of the error's detail that are read here: `cause` (why), `hint` (the next command to type),
// `errors` (the wrong parameters one by one), `interrupted` (by our own Ctrl-C).
#pragma once

#include "base/result.hpp"
#include "cli/output.hpp"

namespace p2p {

class Terminal;

inline constexpr int exit_usage = 2, exit_unreachable = 3, exit_partly = 7, exit_nothing_matched = 8,
                     exit_refused = 78, exit_interrupted = 130;

[[nodiscard]] int exit_code_of(const Error& error);

/// The block on stderr, or the document on stdout. Returns the exit code.
int complain(Terminal& terminal, Output output, const Error& error);

/// {"error": {...}} with the members of a problem (RFC 9457).
[[nodiscard]] Value error_document(const Error& error);

}  // namespace p2p
