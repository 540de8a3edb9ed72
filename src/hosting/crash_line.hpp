// CrashLine: a fault in a service's code ends the whole node; its last line on standard error, and in the
// log's file if it has one, then names the service, so that whoever reads it at night knows which folder to
// take out:
//
//   p2p_admin: SIGSEGV in the code of service shop
//   p2p_admin: SIGABRT, called by the code of service shop
//
// A log in JSON gets it as an object with its time; text has none, since local time is not to be had there.
//
// The handler looks up where the program stood, and failing that what lies on its stack, in a table of the
// libraries that are loaded. It calls nothing but what signal handlers may, and the signal then does what it
// always did: the node ends, with a core file if those are wanted. Calls pay nothing for it.
//
// The table is global, since a signal handler is handed nothing.
//
// Threads: `CodeRange` any; the handler whichever broke.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace p2p {

/// A loaded library's code belongs to a service, as long as this lives. Beyond `most` at once they are
/// nameless.
class CodeRange {
 public:
  static constexpr std::size_t most = 512;

  /// `library` is what dlopen gave. It must not be closed before this is gone.
  CodeRange(void* library, std::string_view service);
  CodeRange(const CodeRange&) = delete;
  CodeRange& operator=(const CodeRange&) = delete;
  ~CodeRange();

 private:
  std::size_t slot_ = most;
};

/// Where the log is: `file` (empty: stderr alone), which the handler opens by its name. From one thread,
/// again whenever it changes. A path over 4 KiB is none.
void write_crashes_to(const std::string& file, bool json);

/// Of the node's own thread: faults are told of from now on. Not in programs with a sanitizer, which tells
/// more.
void name_services_in_crashes();

}  // namespace p2p
