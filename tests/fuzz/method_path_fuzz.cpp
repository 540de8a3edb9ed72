// Names of methods and selectors of targets. What is accepted keeps the grammar, is a view into what was
// given, and means the same in every spelling.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bridge/target.hpp"
#include "model/method_path.hpp"

namespace {

using namespace p2p;

void must(bool holds) {
  if (!holds) std::abort();
}

bool inside(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

bool all_of(std::string_view text, std::string_view more, bool upper) {
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (upper && c >= 'A' && c <= 'Z') ||
          more.contains(c)))
      return false;
  return true;
}

void check_path(std::string_view text) {
  const auto path = MethodPath::parse(text);
  if (!path) {
    must(path.error().code() == Errc::invalid_request && path.error().message().size() < 256);
    return;
  }
  must(inside(path->service, text) && inside(path->method, text));
  must(is_service_name(path->service) && is_method_name(path->method));
  must(path->service.size() <= 64 && all_of(path->service, "_-", false));
  must(path->method.size() <= 64 && all_of(path->method, "_", true));
  must(path->service.size() + 1 + path->method.size() == text.size());
  const std::string slash = path->text();
  std::string dot = slash;
  dot[path->service.size()] = '.';
  must(text == slash || text == dot);
  const auto one = MethodPath::parse(slash), other = MethodPath::parse(dot);
  must(one && other && *one == *path && *other == *path);
}

void check_target(std::string_view text) {
  const auto target = Target::parse(text);
  if (!target) {
    must(target.error().code() == Errc::invalid_params && !target.error().message().empty());
    return;
  }
  must(inside(target->name, text) && inside(target->value, text));
  const Self self{"node-1", "worker"};
  const bool here = runs_here(*target, self).has_value();
  switch (target->kind) {
    case Target::Kind::any:
    case Target::Kind::local: must(here && (text.empty() || text == "auto" || text == "local")); break;
    case Target::Kind::node: must(here == (text == "node-1") && target->name == text); break;
    case Target::Kind::role: must(here == text.ends_with("worker")); break;
    case Target::Kind::tag: must(!here && text.starts_with("tag:") && !target->name.empty()); break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_path(text);
  check_target(text);
  return 0;
}
