#include "service_layer/gzip.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace p2p {
namespace {

std::string gunzip(std::string text) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Gzip, comes_back_as_it_was) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "line " + std::to_string(i) + '\n';
  const std::string small = gzip(text);
  EXPECT_LT(small.size(), text.size() / 2);
  EXPECT_EQ(gunzip(small), text);
}

TEST(Gzip, what_cannot_get_smaller_is_left) {
  std::string noise;
  std::uint64_t state = 88172645463325252;
  while (noise.size() < 8192) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    noise.append(reinterpret_cast<const char*>(&state), sizeof state);
  }
  EXPECT_EQ(gzip(noise), "");
}

TEST(Gzip, is_used_where_it_is_accepted) {
  for (const char* header :
       {"gzip", "deflate, gzip", "GZIP;q=0.5", "br;q=1.0, gzip;q=0.8, *;q=0.1", "*", "x-gzip"})
    EXPECT_TRUE(accepts_gzip(header)) << header;
  for (const char* header :
       {"", "identity", "br", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "gzipped", "deflate"})
    EXPECT_FALSE(accepts_gzip(header)) << header;
}

}  // namespace
}  // namespace p2p
