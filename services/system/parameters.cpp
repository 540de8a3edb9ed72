#include "parameters.hpp"

#include <utility>

#include <p2p/error.hpp>

namespace system_service {
namespace {

constexpr std::size_t longest_path = 4096;       // PATH_MAX: the kernel takes no longer one
constexpr std::int64_t largest_pid = 4'194'304;  // PID_MAX_LIMIT of 64 bit kernels
constexpr std::size_t shown = 64;

std::string bounds(std::int64_t least, std::int64_t most) {
  return std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

void Parameters::length(std::string_view name, std::string_view given, std::size_t least, std::size_t most) {
  if (given.size() < least || given.size() > most) {
    const auto size = static_cast<std::int64_t>(given.size());
    wrong(name,
          "must have " + bounds(static_cast<std::int64_t>(least), static_cast<std::int64_t>(most)) + " bytes",
          size);
  } else if (given.contains('\0')) {
    wrong(name, "must not contain a NUL character", {});
  }
}

void Parameters::range(std::string_view name, std::int64_t given, std::int64_t least, std::int64_t most) {
  if (given < least || given > most) wrong(name, "must be " + bounds(least, most), given);
}

void Parameters::pid(std::string_view name, std::int64_t given) { range(name, given, 1, largest_pid); }

void Parameters::absolute_path(std::string_view name, const std::string& given) {
  if (given.empty() || given[0] != '/')
    wrong(name, "must be an absolute path", given.substr(0, shown));
  else
    length(name, given, 1, longest_path);
}

void Parameters::wrong(std::string_view name, std::string what, p2p::Value got) {
  message_ += (message_.empty() ? "" : "; ") + std::string(name) + ": " + what;
  p2p::Value entry{{"pointer", "#/" + std::string(name)}, {"detail", std::move(what)}};
  if (!got.is_null()) entry.set("got", std::move(got));
  errors_.push_back(std::move(entry));
}

void Parameters::raise() const {
  if (errors_.size() == 0) return;
  const std::string count =
      errors_.size() == 1 ? "" : std::to_string(errors_.size()) + " parameters are wrong: ";
  throw p2p::Error(p2p::Errc::invalid_params, count + message_, p2p::Value{{"errors", errors_}});
}

}  // namespace system_service
