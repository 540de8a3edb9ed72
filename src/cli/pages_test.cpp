#include "base/json.hpp"
#include "cli/cells.hpp"
#include "cli/details.hpp"
#include "cli/golden_test.hpp"
#include "cli/log_lines.hpp"
#include "cli/method_page.hpp"
#include "cli/status_page.hpp"

namespace p2p {
namespace {

const WallTime now = *wall_time_of("2026-11-22T12:00:00.000Z");

Value document(std::string_view text) { return json::parse(text).value(); }

const char* const process_info = R"({"method":"system/get_process_info","service":"system","role":"operator",
  "description":"One process: state, CPU, memory, command line.","timeout_ms":30000,"cache_ttl_ms":0,"idempotent":true,
  "nodes":["a","b","c"],"params_schema":{"type":"object","required":["pid"],"properties":{
    "pid":{"type":"integer","minimum":1,"maximum":4194304,"description":"its number"},
    "sort":{"type":"string","enum":["cpu","memory"],"default":"cpu"},
    "note":{"type":["string","null"],"maxLength":80,"default":null}}},
  "statistics":{"calls":12,"failed":0,"running":0,"average_ms":0.31,"p95_ms":0.62}})";

TEST(MethodPage, shows_parameters_policy_and_a_line_to_try) {
  test::expect_golden("method.txt", method_page(document(process_info)));
}

TEST(MethodPage, of_a_method_without_parameters_is_short) {
  EXPECT_EQ(method_page(document(R"({"method":"a/b","description":"Does b","role":"viewer","timeout_ms":1500,
      "cache_ttl_ms":60000,"nodes":["x"],"params_schema":{"type":"object","properties":{}}})")),
            "a.b  Does b\n"
            "  on 1 node, cached 1m, role viewer, timeout 1500ms\n"
            "  try: p2p_admin call a.b\n");
}

const char* const healthy =
    R"({"health":{"status":"healthy","node_id":"coordinator-8001","role":"coordinator",
    "uptime_seconds":67.978,"version":"1.0.0","state":"ready"},
  "cluster":{"request_stats":{"total_requests":120,"success_rate":0.9917,"active_request_counts":{"system/ping":1}},
    "network_health":{"coordinator_available":true,"detached":false}},
  "nodes":[{"node_id":"coordinator-8001","address":"127.0.0.1","port":8001,"status":"alive","state":"ready","self":true}],
  "services":[{"name":"system","status":"running"}],"figures":{"p95_ms":0.42}})";

TEST(StatusPage, is_one_screen) {
  const test::KeptTerminal terminal;
  test::expect_golden("status.txt", status_page(document(healthy), now, terminal));
}

TEST(StatusPage, puts_problems_first_each_with_what_to_type) {
  Value status = document(healthy);
  status.set(
      "services",
      document(R"([{"name":"broken","status":"failed","reason":"main.cpp:3:1: error: expected ';'\nmore"},
    {"name":"old","status":"running","update":{"reason":{"step":"compile",
      "file":"old/main.cpp","line":9,"column":3,"log":"build/old/3f9c0d.log","message":"unknown type name 'frob'\nmore"}}},
    {"name":"shop","status":"starting","step":"wait for stoks","waits_long":true},{"name":"stock","status":"running"},{"name":"system","status":"running"}])"));
  status.set(
      "nodes",
      document(
          R"([{"node_id":"coordinator-8001","address":"127.0.0.1","port":8001,"status":"alive","state":"draining","self":true},
    {"node_id":"db-1","status":"dead","state":"ready","last_seen":"2026-11-22T11:59:26.000Z"}])"));
  status.set(
      "cluster",
      document(
          R"({"request_stats":{"total_requests":0},"network_health":{"coordinator_available":false,"detached":true}})"));
  const test::KeptTerminal terminal;
  test::expect_golden("status-problems.txt", status_page(status, now, terminal));
}

TEST(Details, show_one_object_in_full) {
  const test::KeptTerminal terminal;
  test::expect_golden("details.txt",
                      details_text(document(R"({"name":"hello","status":"running","methods":["greet","count"],
    "info":{"version":"1.0","dependencies":[],"metadata":{}},"loaded_at":"2026-11-22T11:59:26.000Z","reason":null,
    "ready_checks":[{"name":"listen","ok":true},{"name":"gossip","ok":false,"text":"not \u001b[31mjoined"}],"nested":[[1,2],"x"]})"),
                                   now, terminal));
}

TEST(LogLine, is_the_seeds_with_the_node_in_front) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  const test::KeptTerminal terminal;
  EXPECT_EQ(
      log_line_text(
          document(
              R"({"timestamp":"2026-11-22T12:00:04.123Z","level":"INFO","logger":"Service.test_monitoring",
      "message":"Coordinator metrics #25: CPU 12.5%","node":"web-1","trace_id":"ab","span_id":"cd","port":8080})"),
          terminal),
      "web-1 | 12:00:04 | INFO  | Service.test_monitoring | Coordinator metrics #25: CPU 12.5%  port=8080\n");
  EXPECT_EQ(log_line_text(document(R"({"level":"error","message":"a\u001b[2Jb\nc"})"), terminal),
            "- | --:--:-- | ERROR | - | a\\u001b[2Jb\\nc\n");
}

}  // namespace
}  // namespace p2p
