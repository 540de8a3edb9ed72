#include "../kill_rules.hpp"

#include <cmath>

#include <gmock/gmock.h>

namespace system_service {
namespace {

using p2p::Errc;
using testing::HasSubstr;

constexpr std::int64_t node_pid = 500, own_uid = 1000;

Suspect someone() {
  Suspect suspect;
  suspect.stat.pid = 4711;
  suspect.stat.name = "nginx";
  suspect.stat.ppid = 1;
  suspect.real_uid = own_uid;
  suspect.create_time = 1'700'000'000.25;
  return suspect;
}

std::string why(const Suspect& suspect, std::optional<double> wanted = {}, KillScope scope = KillScope::own) {
  const auto reason = reason_to_spare(suspect, {scope, own_uid, node_pid}, wanted);
  if (!reason) return "";
  EXPECT_EQ(reason->code(), wanted ? Errc::conflict : Errc::forbidden);
  return reason->message();
}

TEST(KillRules, a_process_of_the_node_s_user_may_be_ended) { EXPECT_EQ(why(someone()), ""); }

TEST(KillRules, the_first_process_the_kernel_s_and_the_node_s_own_are_spared_whatever_is_set) {
  Suspect first = someone(), kernel = someone(), node = someone(), host = someone();
  first.stat.pid = 1;
  kernel.stat.kernel_thread = true;
  node.stat.pid = node_pid;
  host.stat.ppid = node_pid;
  for (const KillScope scope : {KillScope::own, KillScope::any}) {
    EXPECT_THAT(why(first, {}, scope), HasSubstr("process 1 (nginx) keeps the machine running"));
    EXPECT_THAT(why(kernel, {}, scope), HasSubstr("a thread of the kernel"));
    EXPECT_THAT(why(node, {}, scope), HasSubstr("this node itself"));
    EXPECT_THAT(why(host, {}, scope), HasSubstr("works for this node"));
  }
}

TEST(KillRules, another_user_s_needs_any_and_none_spares_all) {
  Suspect other = someone();
  other.real_uid = 0;
  EXPECT_THAT(why(other), HasSubstr("belongs to another user"));
  EXPECT_EQ(why(other, {}, KillScope::any), "");
  EXPECT_THAT(why(someone(), {}, KillScope::none), HasSubstr("ends no processes"));
}

TEST(KillRules, a_number_that_was_given_to_another_process_is_refused) {
  EXPECT_EQ(why(someone(), 1'700'000'000.25), "");
  EXPECT_EQ(why(someone(), 1'699'999'999.25), "") << "the time of boot may turn over between two looks";
  EXPECT_THAT(why(someone(), 1'699'999'000.0),
              HasSubstr("is not the one you mean: it began at 1700000000.25, not at 1699999000.00"));
  EXPECT_THAT(why(someone(), std::nan("")), HasSubstr("is not the one you mean"));
}

}  // namespace
}  // namespace system_service
