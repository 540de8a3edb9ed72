#include "hosting/service_description.hpp"

#include <map>

#include "base/json.hpp"
#include "framework/declared_methods.hpp"
#include "hosting/library.hpp"
#include "hosting/snapshot.hpp"
#include "model/method_path.hpp"

namespace p2p {
namespace {

constexpr std::size_t inherited = 2;  // methods that BaseService declares, before all others

Value method_value(const MethodInfo& method, bool of_base) {
  const MethodOptions& options = method.options;
  return Value{{"name", method.name},
               {"description", method.description},
               {"public", options.is_public},
               {"role", role_name(options.role)},
               {"timeout_ms", options.timeout_ns / 1'000'000},
               {"cache_ttl_ms", options.cache_ttl_ns / 1'000'000},
               {"idempotent", options.idempotent},
               {"broadcastable", options.broadcastable},
               {"stream", options.stream},
               {"threadsafe", options.threadsafe},
               {"max_concurrency", options.max_concurrency},
               {"inherited", of_base},
               {"params_schema", method.params_schema},
               {"result_schema", method.result_schema}};
}

/// In the order of their declaration; of a name that stands twice the later one counts, as an override does.
Value methods_value(const std::vector<MethodInfo>& methods) {
  std::map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < methods.size(); ++i) last[methods[i].name] = i;
  Value rows = Value::array();
  for (std::size_t i = 0; i < methods.size(); ++i)
    if (last[methods[i].name] == i) rows.push_back(method_value(methods[i], i < inherited));
  return rows;
}

Value list_of(const std::vector<std::string>& words) {
  Value list = Value::array();
  for (const std::string& word : words) list.push_back(word);
  return list;
}

Value refusal(const std::string& why) { return Value{{"error", why}}; }

Value load_and_describe(const DescribeOrder& order) {
  auto loaded = load_library(order.file, order.folder, order.shown, {});
  if (!loaded) return refusal(loaded.error().message);
  Value description = describe(*loaded->instance);
  description.set("warning", loaded->warning);
  loaded->instance->unload();
  return description;
}

}  // namespace

Value describe(ServiceInstance& instance) {
  const std::string& name = instance.name();
  if (!is_service_name(name))
    return refusal("SERVICE_NAME '" + name +
                   "' is no name for a service: it must match [a-z][a-z0-9_-]{0,63}");
  if (name == "system") return refusal("the name system belongs to the built-in service");
  BaseService& object = instance.object();
  object.service_name = name;
  if (auto failure = read_defaults(object.declared_methods())) return refusal(failure->message);
  return Value{{"service", name},
               {"description", object.info.description},
               {"version", object.info.version},
               {"domain", object.info.domain},
               {"dependencies", list_of(object.info.dependencies)},
               {"rejected", list_of(rejected_names(object.declared_methods()))},
               {"methods", methods_value(object.declared_methods())}};
}

bool describe_to_file(const DescribeOrder& order) {
  // Written last: a library that dies while it is unloaded has given no result.
  return write_private(order.result, json::dump(load_and_describe(order))).has_value();
}

}  // namespace p2p
