#include "testing/fake_node.hpp"

#include "base/json.hpp"

namespace p2p {

std::string text_of(const Result<Value>& result) {
  if (result) return "ok " + json::dump(*result);
  return std::string(errc_name(result.error().code())) + ": " + result.error().message();
}

CallRequest FakeNode::request(std::string_view path, Value params, Role role, std::string subject) {
  auto caller = std::make_shared<Caller>();
  caller->subject = std::move(subject);
  caller->role = role;
  CallRequest request;
  request.path = MethodPath::parse(path).value();
  request.params = std::move(params);
  request.caller = std::move(caller);
  request.trace = {0x0123456789abcdef, 0xfedcba9876543210};
  request.span = 0x77;
  return request;
}

CallRecord* FakeNode::start(const MethodEntry& method, FakeReceiver& receiver, Value params,
                            std::chrono::nanoseconds timeout) {
  CallRequest asked = request(method.path, std::move(params), Role::admin);
  asked.timeout_ns = timeout.count();
  return runner.start(method, std::move(asked), receiver);
}

}  // namespace p2p
