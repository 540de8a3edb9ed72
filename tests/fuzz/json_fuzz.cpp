// JSON to Value and back: whatever text is accepted can be printed, and what was printed reads as the same
// document. read_members, the second way in, accepts the same objects and sees the same members.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.hpp"

namespace {

// Keeps the members as Value does: of a key that stands twice the last counts.
class Collect final : public p2p::json::Members {
 public:
  void member(std::string_view key, p2p::Value value) override { seen.set(key, std::move(value)); }
  p2p::Value seen = p2p::Value::object();
};

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = p2p::json::parse(text);
  Collect members;
  const auto read = p2p::json::read_members(text, members);

  must(read.has_value() == (document.has_value() && document->is_object()));
  if (!document) return 0;
  if (read) must(members.seen == *document);

  const std::string printed = p2p::json::dump(*document);
  const auto again = p2p::json::parse(printed);
  must(again.has_value());
  must(*again == *document);
  must(p2p::json::dump(*again) == printed);
  return 0;
}
