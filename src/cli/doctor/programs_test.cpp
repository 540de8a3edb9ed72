#include "cli/doctor/programs.hpp"

#include "cli/doctor/kit_test.hpp"

namespace p2p {
namespace {

std::string address(std::string_view url) {
  const auto read = read_redis_url(url);
  if (!read) return "wrong: " + read.error().message();
  return read->text() + " " + read->user + " " + read->password;
}

TEST(RedisUrl, every_form_of_it_is_read) {
  EXPECT_EQ(address("redis://localhost:6379"), "redis://localhost:6379  ");
  EXPECT_EQ(address("redis://"), "redis://localhost:6379  ");
  EXPECT_EQ(address("redis://10.0.0.5/2"), "redis://10.0.0.5:6379  ");
  EXPECT_EQ(address("redis://:p%40ss@db:7000/0"), "redis://db:7000  p@ss");
  EXPECT_EQ(address("rediss://me:a:b@db"), "rediss://db:6379 me a:b");
  EXPECT_EQ(address("redis://[::1]:6380"), "redis://::1:6380  ");
  EXPECT_EQ(address("unix:///run/redis.sock?db=1"), "unix:///run/redis.sock  ");
}

TEST(RedisUrl, what_is_none_is_refused) {
  EXPECT_EQ(address("localhost:6379"),
            "wrong: the address of Redis begins with none of redis://, rediss://, unix://");
  EXPECT_EQ(address("redis://db:port"), "wrong: the address of Redis names no host and port");
  EXPECT_EQ(address("redis://:p%4@db"), "wrong: the address of Redis has a broken %-sequence");
  EXPECT_EQ(address("redis://:p%zz@db"), "wrong: the address of Redis has a broken %-sequence");
  EXPECT_EQ(address("unix://redis.sock"), "wrong: the address of Redis names no socket");
}

TEST_F(DoctorTest, a_redis_that_is_not_there_is_no_harm_and_its_password_is_not_shown) {
  check_redis("redis://:hunter2@127.0.0.1:1", report);
  check_redis("unix:///nonexistent/redis.sock", report);
  EXPECT_EQ(
      said(),
      "ok redis: redis://127.0.0.1:1 does not answer: connection refused; nothing uses it in this version\n"
      "ok redis: unix:///nonexistent/redis.sock does not answer: no such file or directory; nothing uses it "
      "in "
      "this version\n");
}

TEST_F(DoctorTest, redis_that_is_turned_off_is_well_and_an_address_that_is_none_fails) {
  check_redis("", report);
  check_redis("localhost", report);
  EXPECT_EQ(said(),
            "ok redis: turned off\n"
            "FAIL redis: the address of Redis begins with none of redis://, rediss://, unix:// -> "
            "redis://user:password@host:port/db, rediss://..., unix:///path\n");
}

TEST_F(DoctorTest, a_compiler_that_is_missing_is_a_warning_and_one_that_fails_too) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  check_compiler(loop, "no-such-compiler", report);
  check_compiler(loop, "false", report);
  EXPECT_TRUE(said().starts_with(
      "warn compiler: no-such-compiler is not installed: services in C++ cannot be compiled, "
      "ready-made .so can be loaded -> apt install clang-19 lld-19\n"
      "warn compiler: false does not work: "))
      << said();
}

TEST_F(DoctorTest, what_a_program_writes_is_its_version) {
  const SystemClock clock;
  Loop loop(clock, nullptr);
  EXPECT_EQ(output_of(loop, {"echo", "1.2"}).value_or("nothing"), "1.2\n");
  EXPECT_EQ(output_of(loop, {"echo", "again"}).value_or("nothing"), "again\n");
}

}  // namespace
}  // namespace p2p
