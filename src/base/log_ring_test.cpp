#include "base/log_ring.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace p2p {
namespace {

LogLine line(std::string message) {
  LogLine made;
  made.logger = "Main";
  made.message = std::move(message);
  return made;
}

std::string texts(const std::vector<LogRing::Line>& lines) {
  std::string all;
  for (const auto& each : lines) all += std::to_string(each->sequence) + each->message + ' ';
  return all;
}

TEST(LogRing, gives_lines_forwards_and_backwards_from_a_number) {
  LogRing ring;
  EXPECT_EQ(ring.newest(), 0u);
  EXPECT_EQ(ring.oldest(), 1u);
  EXPECT_TRUE(ring.read_after(0).empty());
  EXPECT_TRUE(ring.read_before(100).empty());
  for (const char* text : {"a", "b", "c"}) ring.add(line(text));
  EXPECT_EQ(texts(ring.read_after(0)), "1a 2b 3c ");
  EXPECT_EQ(texts(ring.read_after(2)), "3c ");
  EXPECT_EQ(texts(ring.read_after(3)), "");
  EXPECT_EQ(texts(ring.read_before(3)), "2b 1a ");
  EXPECT_EQ(texts(ring.read_before(~0ULL)), "3c 2b 1a ");
  EXPECT_EQ(texts(ring.read_before(1)), "");
}

TEST(LogRing, keeps_so_many_lines_and_the_numbers_show_what_is_gone) {
  LogRing ring(2);
  for (const char* text : {"a", "b", "c"}) ring.add(line(text));
  EXPECT_EQ(ring.oldest(), 2u);
  EXPECT_EQ(texts(ring.read_after(0)), "2b 3c ");
  EXPECT_EQ(texts(ring.read_before(~0ULL)), "3c 2b ");
}

TEST(LogRing, keeps_so_many_bytes_too) {
  LogRing ring(1000, 10'000);
  for (int i = 0; i < 10; ++i) ring.add(line(std::string(3000, 'x')));
  EXPECT_EQ(ring.newest() - ring.oldest() + 1, 3u);
  LogLine large = line("with a field");
  large.fields.set("text", std::string(9500, 'y'));
  ring.add(std::move(large));
  EXPECT_EQ(ring.read_after(0).size(), 1u) << "fields count";
  ring.add(line(std::string(20'000, 'z')));
  EXPECT_EQ(ring.oldest(), ring.newest() + 1) << "larger than all: kept by nobody";
  ring.add(line("small"));
  EXPECT_EQ(ring.read_after(0).size(), 1u);
}

TEST(LogRing, of_no_lines_keeps_none) {
  LogRing ring(0);
  ring.add(line("a"));
  EXPECT_EQ(ring.newest(), 1u);
  EXPECT_TRUE(ring.read_after(0).empty());
}

TEST(LogRing, reads_in_batches) {
  LogRing ring;
  for (std::size_t i = 0; i < LogRing::batch + 10; ++i) ring.add(line("x"));
  EXPECT_EQ(ring.read_after(0).size(), LogRing::batch);
  EXPECT_EQ(ring.read_after(LogRing::batch).size(), 10u);
  EXPECT_EQ(ring.read_before(~0ULL).size(), LogRing::batch);
}

TEST(LogRing, tells_once_of_the_next_line) {
  LogRing ring;
  int told = 0;
  ring.add(line("a"));
  ring.on_line_after(1, [&] { ++told; });
  EXPECT_EQ(told, 0);
  ring.add(line("b"));
  ring.add(line("c"));
  EXPECT_EQ(told, 1);
  ring.on_line_after(2, [&] { ++told; });
  EXPECT_EQ(told, 2) << "it is there already";
  ring.on_line_after(3, [&] { ++told; });
  ring.on_line_after(3, {});
  ring.add(line("d"));
  EXPECT_EQ(told, 2) << "taken back";
}

TEST(LogRing, a_reader_beside_writers_sees_each_line_once_in_order) {
  LogRing ring(100'000, 1'000'000'000);
  std::vector<std::thread> writers;
  for (int w = 0; w < 3; ++w)
    writers.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) ring.add(line("x"));
    });
  std::uint64_t seen = 0;
  while (seen < 6000)
    for (const auto& each : ring.read_after(seen)) ASSERT_EQ(each->sequence, ++seen);
  for (auto& writer : writers) writer.join();
}

}  // namespace
}  // namespace p2p
