#include "auth/local_trust.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace p2p {
namespace {

/// The seed's curl line on the node's own machine.
LocalTrustFacts curl() {
  LocalTrustFacts facts;
  facts.listeners_loopback = facts.client_loopback = facts.server_loopback = true;
  facts.socket_owner = uid_t{1000};
  facts.own_uid = 1000;
  facts.listen_address = "127.0.0.1";
  facts.port = 8001;
  facts.see_header("Host", "127.0.0.1:8001");
  facts.see_header("User-Agent", "curl/7.88.1");
  facts.see_header("Accept", "*/*");
  facts.see_header("Content-Type", "application/json");
  return facts;
}

std::string hint(const LocalTrustFacts& facts) {
  const auto verdict = judge_local_trust(facts);
  if (verdict) return "trusted";
  EXPECT_EQ(verdict.error().code(), Errc::unauthenticated);
  return verdict.error().detail()["hint"].as_string();
}

std::string with(std::string_view name, std::string_view value) {
  LocalTrustFacts facts = curl();
  facts.see_header(name, value);
  return hint(facts);
}

TEST(LocalTrust, the_seeds_curl_line_is_served) { EXPECT_EQ(hint(curl()), "trusted"); }

TEST(LocalTrust, root_is_served_too) {
  LocalTrustFacts facts = curl();
  facts.socket_owner = uid_t{0};
  EXPECT_EQ(hint(facts), "trusted");
}

TEST(LocalTrust, each_missing_condition_is_named) {
  struct Case {
    std::function<void(LocalTrustFacts&)> spoil;
    const char* hint;
  };
  const std::vector<Case> cases = {
      {[](auto& f) { f.enabled = false; },
       "auth.local_trust is off; send Authorization: Bearer with a token"},
      {[](auto& f) { f.listeners_loopback = false; }, "this node listens on a network address"},
      {[](auto& f) { f.client_loopback = false; }, "request does not come over a loopback address"},
      {[](auto& f) { f.server_loopback = false; }, "request does not come over a loopback address"},
      {[](auto& f) { f.socket_owner = fail(Errc::not_found, "x"); },
       "the owner of the client's socket is not known"},
      {[](auto& f) { f.socket_owner = uid_t{1001}; },
       "request comes from another user (uid 1001, the node runs as 1000)"},
      {[](auto& f) { f.host = {}; }, "Host is not this node's address and port"},
      {[](auto& f) { f.host = "evil.example:8001"; }, "Host is not this node's address and port"},
      {[](auto& f) { f.content_type = {}; }, "Content-Type is not application/json"},
      {[](auto& f) { f.content_type = "text/plain"; }, "Content-Type is not application/json"},
  };
  for (const Case& one : cases) {
    LocalTrustFacts facts = curl();
    one.spoil(facts);
    EXPECT_EQ(hint(facts), one.hint);
  }
}

TEST(LocalTrust, a_node_of_root_does_not_trust_a_user) {
  LocalTrustFacts facts = curl();
  facts.own_uid = 0;
  EXPECT_NE(hint(facts), "trusted");
}

TEST(LocalTrust, facts_that_nobody_filled_in_are_not_trusted) {
  EXPECT_NE(hint(LocalTrustFacts{}), "trusted");
}

TEST(LocalTrust, forwarding_headers_name_themselves) {
  for (const char* name :
       {"Forwarded", "X-Forwarded-For", "x-forwarded-host", "X-FORWARDED-PROTO", "X-Real-IP", "Via"}) {
    EXPECT_EQ(with(name, "1.2.3.4"), std::string("request comes through a proxy (") + name + ")");
    EXPECT_EQ(with(name, ""), std::string("request comes through a proxy (") + name + ")");
  }
  EXPECT_EQ(with("X-Forwarded", "x"), "trusted") << "not one of those";
}

TEST(LocalTrust, web_pages_of_others_are_refused) {
  EXPECT_EQ(with("Origin", "http://evil.example"), "request comes from a foreign web page (Origin)");
  EXPECT_EQ(with("Origin", "null"), "request comes from a foreign web page (Origin)");
  EXPECT_EQ(with("Origin", ""), "request comes from a foreign web page (Origin)");
  EXPECT_EQ(with("Origin", "http://127.0.0.1:9999"), "request comes from a foreign web page (Origin)");
  EXPECT_EQ(with("Origin", "http://127.0.0.1:8001"), "trusted");
  for (const char* site : {"cross-site", "same-site", "", "Cross-Site", "unheard-of"}) {
    EXPECT_EQ(with("Sec-Fetch-Site", site), "request comes from a foreign web page (Sec-Fetch-Site)") << site;
  }
  EXPECT_EQ(with("Sec-Fetch-Site", "same-origin"), "trusted");
  EXPECT_EQ(with("sec-fetch-site", "none"), "trusted");
}

TEST(LocalTrust, a_header_given_twice_hides_nothing) {
  EXPECT_EQ(with("Host", "127.0.0.1:8001"), "header Host stands there twice");
  EXPECT_EQ(with("content-type", "application/json"), "header Content-Type stands there twice");
  LocalTrustFacts facts = curl();
  facts.see_header("Origin", "http://127.0.0.1:8001");
  facts.see_header("ORIGIN", "http://evil.example");
  EXPECT_EQ(hint(facts), "header Origin stands there twice");
}

TEST(LocalTrust, content_type_may_have_parameters_and_nothing_else) {
  LocalTrustFacts facts = curl();
  for (const char* good :
       {"application/json", "Application/JSON", "application/json; charset=utf-8", "application/json ;x"}) {
    facts.content_type = good;
    EXPECT_EQ(hint(facts), "trusted") << good;
  }
  for (const char* bad :
       {"application/jsonp", "text/plain; application/json", "application/x-www-form-urlencoded",
        "application/json, text/plain", "multipart/form-data", "application/ json"}) {
    facts.content_type = bad;
    EXPECT_EQ(hint(facts), "Content-Type is not application/json") << bad;
  }
}

}  // namespace
}  // namespace p2p
