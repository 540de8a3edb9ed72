#include "net/fd_watch.hpp"

#include <memory>

#include <gtest/gtest.h>
#include <unistd.h>

#include "net/unique_fd.hpp"

namespace p2p {
namespace {

class Watching : public testing::Test {
 protected:
  Watching() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe(ends), 0);
    read_.reset(ends[0]);
    write_.reset(ends[1]);
  }
  void put() { EXPECT_EQ(::write(write_.get(), "x", 1), 1); }
  void take() {
    char byte = 0;
    EXPECT_EQ(::read(read_.get(), &byte, 1), 1);
  }

  SystemClock clock_;
  Loop loop_{clock_, nullptr};
  UniqueFd read_, write_;
};

TEST_F(Watching, tells_as_long_as_there_is_something_to_read) {
  int told = 0;
  FdWatch watch(loop_, read_.get(), [&] {
    take();
    ++told;
  });
  loop_.poll();
  EXPECT_EQ(told, 0);
  put();
  put();
  for (int i = 0; i < 4; ++i) loop_.poll();
  EXPECT_EQ(told, 2);
  put();
  for (int i = 0; i < 4; ++i) loop_.poll();
  EXPECT_EQ(told, 3);
}

TEST_F(Watching, tells_the_end) {
  int told = 0;
  FdWatch watch(loop_, read_.get(), [&] { ++told; });
  write_.reset();
  loop_.poll();
  EXPECT_GE(told, 1);
}

TEST_F(Watching, is_silent_once_destroyed_and_leaves_the_descriptor_open) {
  int told = 0;
  auto watch = std::make_unique<FdWatch>(loop_, read_.get(), [&] { ++told; });
  put();
  watch.reset();
  for (int i = 0; i < 4; ++i) loop_.poll();
  EXPECT_EQ(told, 0);
  take();
}

TEST_F(Watching, may_be_destroyed_by_its_own_job) {
  int told = 0;
  std::unique_ptr<FdWatch> watch;
  watch = std::make_unique<FdWatch>(loop_, read_.get(), [&] {
    ++told;
    watch.reset();
    ++told;
  });
  put();
  for (int i = 0; i < 4; ++i) loop_.poll();
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace p2p
