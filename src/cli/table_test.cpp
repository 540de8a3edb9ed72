#include "cli/table.hpp"

#include "base/json.hpp"
#include "cli/golden_test.hpp"
#include "cli/lists.hpp"

namespace p2p {
namespace {

using test::expect_golden;

const WallTime now = *wall_time_of("2026-11-22T12:00:00.000Z");

Value document(std::string_view text) { return json::parse(text).value(); }

/// Rows as the API gives them: one complete, one with what is missing, one hostile and long.
const char* const nodes = R"({"nodes":[
 {"node_id":"coordinator-8001","address":"127.0.0.1","port":8001,"role":"coordinator","capabilities":["admin","rpc"],
  "last_seen":"2026-11-22T12:00:00.000Z","metadata":{"started_at":"2026-11-22T11:59:19.000Z","version":"1.0.0"},
  "status":"alive","state":"ready","self":true,"tags":{"zone":"a"},"services":["system","test_monitoring"],
  "rtt_ms":null,"incarnation":4,"cpu_percent":12.5,"memory_percent":37.6,"facts_age_ms":420},
 {"node_id":"db-1","address":"::1","port":8004,"role":"worker","last_seen":"2026-11-22T11:59:26.000Z",
  "metadata":{"started_at":"2026-11-20T12:00:00.000Z","version":"1.0.0"},"status":"suspected","state":"ready","self":false,
  "tags":{},"services":["system"],"rtt_ms":null},
 {"node_id":"web-with-a-name-that-nobody-would-like-to-type-twice-in-a-row-1\u001b[31m","address":"127.0.0.1","port":8002,
  "role":"worker","last_seen":"2026-11-22T11:59:58.000Z","metadata":{},"status":"alive","state":"ready","self":false,
  "tags":{"zone":"b","disk":"ssd"},"services":["system","a","b"],"rtt_ms":0.41,"cpu_percent":8.1,"memory_percent":47.0}],
 "total":3,"coordinators":1,"workers":2,"next_cursor":null})";

const char* const services = R"({"services":[
 {"name":"broken","status":"failed","methods":0,"nodes":["web-1"],
  "reason":"compile: main.cpp:12:3: error: use of undeclared identifier 'frobnicate' in this scope\nnote: more"},
 {"name":"system","status":"running","methods":7,"nodes":["web-1","web-2"],"version":"1.0.0","calls":120345},
 {"name":"updated","status":"running","methods":2,"nodes":["web-1"],"version":"2.1","update":{"reason":
  {"step":"compile","file":"updated/main.cpp","line":3,"column":9,"message":"expected ';'\nnote: more"}}}],
 "total":3,"next_cursor":null})";

const char* const methods = R"({"methods":[
 {"method":"system/execute_command","service":"system","name":"execute_command","role":"admin",
  "description":"Runs a shell command as the node's user; its output is cut at 256 KiB a stream",
  "parameters":["command","timeout","working_dir"],"timeout_ms":70000,"cache_ttl_ms":0,"idempotent":false,
  "broadcastable":true,"nodes":["web-1"]},
 {"method":"system/get_system_info","service":"system","name":"get_system_info","role":"viewer","description":"The machine",
  "parameters":[],"timeout_ms":30000,"cache_ttl_ms":60000,"idempotent":true,"broadcastable":true,"nodes":["web-1"]},
 {"method":"hello/greet","service":"hello","name":"greet","role":"operator","description":"",
  "parameters":["name"],"timeout_ms":1500,"cache_ttl_ms":0,"idempotent":false,"broadcastable":true,"nodes":["web-1","web-2"]}],
 "total":3,"next_cursor":null})";

struct Sample {
  const ListForm* form;
  const char* text;
};
const Sample samples[] = {{&node_list, nodes}, {&service_list, services}, {&method_list, methods}};

TEST(Table, is_as_wide_as_it_may_be_and_no_wider) {
  for (const auto& [form, text] : samples)
    for (const std::size_t columns : {80UZ, 100UZ, 200UZ}) {
      const std::string table = table_text(*form, document(text), {.columns = columns, .now = now});
      expect_golden(std::string(form->member) + "-" + std::to_string(columns) + ".txt", table);
      for (std::size_t at = 0, end; at < table.size(); at = end + 1) {
        end = table.find('\n', at);
        EXPECT_LE(text_width(std::string_view(table).substr(at, end - at)), columns) << table;
      }
    }
}

TEST(Table, wide_shows_every_column_uncut) {
  for (const auto& [form, text] : samples)
    expect_golden(std::string(form->member) + "-wide.txt",
                  table_text(*form, document(text), {.wide = true, .columns = 80, .now = now}));
}

TEST(Table, of_nothing_is_its_last_line) {
  EXPECT_EQ(table_text(node_list, document(R"({"nodes":[]})"), {}), "0 nodes\n");
  EXPECT_EQ(table_text(method_list, document(R"({"methods":[]})"), {}), "0 methods of 0 services\n");
}

TEST(Table, shows_only_members_that_the_api_gives) {
  for (const auto& [form, text] : samples) {
    const Value rows = document(text)[form->member];
    for (const Column& column : form->columns) {
      bool found = column.member.empty();
      for (const Value& row : rows.as_array()) found = found || !member_at(row, column.member).is_null();
      EXPECT_TRUE(found) << form->member << ": no row has " << column.member;
    }
  }
}

TEST(Table, colours_states_only_and_keeps_its_shape) {
  test::KeptTerminal terminal;
  terminal.set_colour(ColourWish::always);
  const Value rows = document(nodes);
  const std::string plain = table_text(node_list, rows, {.now = now});
  std::string coloured = table_text(node_list, rows, {.now = now, .colours = &terminal});
  EXPECT_NE(coloured.find("\x1b[32malive    \x1b[0m"), coloured.npos) << coloured;
  EXPECT_NE(coloured.find("\x1b[33msuspected\x1b[0m"), coloured.npos);
  for (const char* escape : {"\x1b[32m", "\x1b[33m", "\x1b[0m"})
    for (auto at = coloured.find(escape); at != coloured.npos; at = coloured.find(escape))
      coloured.erase(at, std::string_view(escape).size());
  EXPECT_EQ(coloured, plain);
}

TEST(Table, lets_no_escape_sequence_of_others_through) {
  EXPECT_EQ(table_text(node_list, document(nodes), {.wide = true, .now = now}).find('\x1b'),
            std::string::npos);
}

}  // namespace
}  // namespace p2p
