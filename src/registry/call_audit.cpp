#include "registry/call_audit.hpp"

#include <algorithm>

namespace p2p {

Value masked(const Value& params, const MethodEntry& method) {
  Value shown = Value::object();
  const auto show = [&](std::string_view name, const Value& value) {
    const bool secret = std::find(method.secrets.begin(), method.secrets.end(), name) != method.secrets.end();
    shown.set(name, secret ? Value("***") : value);
  };
  if (params.is_object())
    for (const Member& member : params.as_object()) show(member.first, member.second);
  if (params.is_array())
    for (std::size_t i = 0; i < std::min(params.size(), method.parameters.size()); ++i)
      show(method.parameters[i], params[i]);
  return shown;
}

}  // namespace p2p
