// The main paths inside one process, each run as often as asked: what check.py counts the instructions of.
//
//   p2p_instructions PATH TIMES
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "auth/jwt_test_kit.hpp"
#include "base/json.hpp"
#include "bench/local_call_services.hpp"

namespace p2p {
namespace {

template <class T>
void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

void call_by_name(long times, std::size_t methods) {
  bench::LocalCallNode node(methods);
  node.run([times](BaseService& self) -> Task<> {
    for (long i = 0; i < times; ++i) keep(co_await self.proxy["system0"]["get_system_m5"]());
  });
}

void call_by_handle(long times) {
  bench::LocalCallNode node(10);
  node.run([times](BaseService& self) -> Task<> {
    const MethodHandle handle = self.proxy["system0"]["get_system_m5"].handle();
    for (long i = 0; i < times; ++i) keep(co_await handle());
  });
}

struct System0 : Contract {
  static constexpr std::string_view SERVICE_NAME = "system0";
  Method<"get_system_m5()", void()> get_system_m5{this};
};

void call_typed(long times) {
  bench::LocalCallNode node(10);
  node.run([times](BaseService& self) -> Task<> {
    const System0 system = self.proxy.contract<System0>();
    for (long i = 0; i < times; ++i) co_await system.get_system_m5();
  });
}

/// About 10 KB: rows of texts, numbers and flags.
std::string document() {
  Value rows = Value::array();
  for (int i = 0; i < 120; ++i)
    rows.push_back(Value{{"id", i},
                         {"name", "worker-" + std::to_string(1000 + i)},
                         {"load", i / 7.0},
                         {"tags", Value::array({"a", "b"})},
                         {"alive", i % 3 > 0}});
  return json::dump(rows);
}

void read_document(long times) {
  const std::string text = document();
  for (long i = 0; i < times; ++i) keep(json::parse(text));
}

void write_document(long times) {
  const Value rows = *json::parse(document());
  std::string text;
  for (long i = 0; i < times; ++i) {
    text.clear();
    json::write(rows, text);
    keep(text);
  }
}

void check_token(long times) {
  const KeyRing keys = test_tokens::secret_ring();
  const std::string token = *sign_token(test_tokens::good_claims(), keys, test_tokens::rules());
  for (long i = 0; i < times; ++i) keep(verify_token(token, keys, test_tokens::rules(), test_tokens::now()));
}

const std::map<std::string, void (*)(long)> paths = {
    {"call_by_name_10", [](long times) { call_by_name(times, 10); }},
    {"call_by_name_10000", [](long times) { call_by_name(times, 10'000); }},
    {"call_by_handle", &call_by_handle},
    {"call_typed", &call_typed},
    {"read_json_10kb", &read_document},
    {"write_json_10kb", &write_document},
    {"check_hs256_token", &check_token},
};

}  // namespace
}  // namespace p2p

int main(int count, char** arguments) {
  const auto path = count == 3 ? p2p::paths.find(arguments[1]) : p2p::paths.end();
  if (path == p2p::paths.end()) {
    for (const auto& [name, run] : p2p::paths) std::puts(name.c_str());
    return 2;
  }
  path->second(std::atol(arguments[2]));
  return 0;
}
