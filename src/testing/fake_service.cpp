#include "testing/fake_service.hpp"

#include "base/json.hpp"

namespace p2p {

void prepare(BaseService& object, detail::Runtime& runtime, const std::string& name) {
  object.service_name = name;
  object.attach(&runtime);
  for (MethodInfo& method : object.declared_methods()) {
    for (std::size_t i = 0; i < method.parameters.size(); ++i) {
      Parameter& parameter = method.parameters[i];
      if (!parameter.has_fallback) continue;
      Result<Value> value = json::parse(parameter.fallback_text);
      if (!value) throw Error(value.error());
      method.check_fallback(*value, i);
      parameter.fallback = *std::move(value);
    }
  }
}

}  // namespace p2p
