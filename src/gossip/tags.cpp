#include "gossip/tags.hpp"

#include <fmt/format.h>

#include "gossip/limits.hpp"
#include "gossip/msgpack.hpp"

namespace p2p::gossip {
namespace {

constexpr char tags_mark = '\xff';

}  // namespace

Result<Bytes> encode_tags(const Tags& tags) {
  Bytes meta(1, tags_mark);
  MsgpackWriter out(meta);
  out.map(tags.size());
  for (const auto& [key, value] : tags) out.key(key).raw(value);
  if (meta.size() > meta_limit) {
    return fail(Errc::too_large, fmt::format("the tags take {} bytes, {} more than fit", meta.size(),
                                             meta.size() - meta_limit));
  }
  return meta;
}

Result<Tags> decode_tags(std::string_view meta) {
  if (meta.size() > meta_limit) return fail(Errc::too_large, "tags: more than 512 bytes");
  Tags tags;
  if (meta.empty()) return tags;
  if (meta.front() != tags_mark) {
    tags.emplace("role", meta);
    return tags;
  }
  MsgpackReader in(meta.substr(1));
  for (auto left = in.map(); left > 0 && in.ok(); --left) {
    const std::string_view key = in.raw();
    tags.insert_or_assign(std::string(key), std::string(in.raw()));
  }
  if (!in.ok()) return fail(Errc::parse_error, fmt::format("tags: {}", in.why()));
  return tags;
}

}  // namespace p2p::gossip
