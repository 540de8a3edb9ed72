// service.toml from a folder: whatever it holds is settings within their bounds, or a reason with its place.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "hosting/service_toml.hpp"

namespace {

using namespace p2p;

void must(bool holds) {
  if (!holds) std::abort();
}

void check(const FailureReason& reason) {
  must(reason.step == "settings" && !reason.message.empty() && reason.file == "mine/service.toml");
  must(reason.line >= 0 && reason.column >= 0);
}

void check(const MethodOverride& words) {
  constexpr std::int64_t ten_minutes = 600'000'000'000;
  must(!words.timeout_ns || (*words.timeout_ns > 0 && *words.timeout_ns <= ten_minutes));
  must(!words.cache_ttl_ns || *words.cache_ttl_ns >= 0);
  must(!words.max_concurrency || *words.max_concurrency >= 0);
  must(!words.max_body || (*words.max_body >= 0 && *words.max_body <= 16 * 1024 * 1024));
  must(!words.role || (*words.role >= Role::viewer && *words.role <= Role::admin));
  must(words.line > 0);
}

/// What becomes an argument of the compiler is one, and stays beneath the folder.
void check(const ServiceSettings::Build& build) {
  for (const auto& options : {build.flags, build.link})
    for (const std::string& option : options)
      must(option.size() > 1 && option.front() == '-' && option.find('\n') == option.npos &&
           !option.starts_with("-o"));
  for (const std::string& folder : build.include)
    must(!folder.empty() && !folder.starts_with("../") && folder.find("/../") == folder.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto settings = read_service_toml("mine", {reinterpret_cast<const char*>(data), size});
  if (!settings) {
    check(settings.error());
    return 0;
  }
  must(settings->hash.size() == 64 && settings->config.is_object());
  must(settings->start.count() > 0 && settings->stop.count() > 0 && settings->restart.max_failures > 0);
  must(settings->role >= Role::viewer && settings->role <= Role::admin);
  for (const auto& [name, words] : settings->methods) check(words);
  check(settings->build);
  return 0;
}
