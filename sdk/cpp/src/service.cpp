#include <algorithm>

#include <p2p/service.hpp>

namespace p2p {
namespace {

constexpr auto inherited = [] {
  MethodOptions options;
  options.is_public = options.broadcastable = options.idempotent = true;
  options.role = Role::viewer;
  return options;
}();

}  // namespace

BaseService::BaseService() {
  MethodOptions options = inherited;
  options.description = "\"What this service is, and what it offers\"";
  declare_method<&BaseService::get_service_info>(*this, "get_service_info", options,
                                                 std::array<detail::ParameterText, 0>{});
  options.description = "\"Is this service well?\"";
  declare_method<&BaseService::health_check>(*this, "health_check", options,
                                             std::array<detail::ParameterText, 0>{});
}

BaseService::~BaseService() = default;

Task<> BaseService::initialize() { co_return; }
Task<> BaseService::cleanup() { co_return; }
Task<> BaseService::config_changed() { co_return; }
Value BaseService::hand_over() { return {}; }
void BaseService::take_over(Value) {}

Task<Value> BaseService::get_service_info() {
  Value exposed = Value::array();
  for (const MethodInfo& method : methods_)
    if (method.options.is_public) exposed.push_back(method.name);
  Value dependencies = Value::array();
  for (const std::string& name : info.dependencies) dependencies.push_back(name);
  co_return Value{{"name", service_name},
                  {"version", info.version},
                  {"description", info.description},
                  {"status", status()},
                  {"exposed_methods", std::move(exposed)},
                  {"dependencies", std::move(dependencies)},
                  {"domain", info.domain},
                  {"metadata", info.metadata}};
}

Task<Value> BaseService::health_check() {
  co_return Value{{"status", "healthy"},
                  {"service", service_name},
                  {"uptime", runtime().uptime_seconds()},
                  {"last_check", timestamp()}};
}

std::string_view BaseService::node_id() const { return runtime().node_id(); }
std::string_view BaseService::node_version() const { return runtime().node_version(); }
std::string_view BaseService::status() const { return runtime().status(); }
std::uint64_t BaseService::generation() const { return runtime().generation(); }
std::string BaseService::data_dir() { return runtime().data_dir(); }
std::string BaseService::timestamp() const { return runtime().wall_time(); }

void BaseService::throw_no_runtime() {
  throw Error(Errc::unavailable,
              "the node is not there yet: do this in initialize(), not in the constructor");
}

namespace detail {

void throw_error(PendingCall& call) { throw *std::move(call.error); }

std::expected<Value, Error> AwaitedCall::Outcome::await_resume() {
  call_.runtime_.finish_call(call_.pending_);
  if (call_.pending_.error) return std::unexpected<Error>(*std::move(call_.pending_.error));
  return std::move(call_.pending_.result);
}

Error misfit(const PendingCall& call) {
  const std::string path = std::string(call.service) + '/' + std::string(call.method);
  try {
    throw;
  } catch (const Error& error) {
    return {Errc::method_failed, "the answer of " + path + " does not fit its caller: " + error.message()};
  }
}

Reading::Reading(BaseService& caller, std::string_view service, std::string_view method,
                 std::string_view selector, Value&& arguments, CallOptions options)
    : runtime_(caller.runtime()), pending_(service, method, selector, std::move(arguments), options) {
  pending_.wants_items = true;
}

bool Reading::take() {
  if (runtime_.take_item(pending_)) return true;
  over_ = true;
  if (pending_.error) throw_error(pending_);
  return false;
}

}  // namespace detail
}  // namespace p2p
