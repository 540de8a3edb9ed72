#include <cstdlib>
#include <string>
#include <typeinfo>
#include <vector>

#include <cxxabi.h>
#include <p2p/detail/nearest.hpp>
#include <p2p/method.hpp>
#include <p2p/service.hpp>

namespace p2p::detail {
namespace {

/// The text behind one or more adjacent literals: quotes off, escapes resolved.
std::string text_of(std::string_view literals) {
  std::string text;
  bool inside = false;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    const char c = literals[i];
    if (c == '"') {
      inside = !inside;
    } else if (inside && c == '\\' && i + 1 < literals.size()) {
      const char next = literals[++i];
      text += next == 'n' ? '\n' : next == 't' ? '\t' : next;
    } else if (inside) {
      text += c;
    }
  }
  return text;
}

bool listed(std::string_view list, std::string_view name) {
  bool found = false;
  each_item(list, [&](std::string_view item, std::string_view, bool) { found = found || item == name; });
  return found;
}

Parameter make_parameter(const ParameterText& text, bool optional, std::string_view secrets) {
  Parameter parameter;
  parameter.name = text.name;
  parameter.fallback_text = text.fallback;
  parameter.has_fallback = text.has_fallback;
  parameter.optional = optional;
  parameter.secret = listed(secrets, text.name);
  return parameter;
}

std::string shortened(const std::string& text) {
  return text.size() <= 64 ? text : text.substr(0, 61) + "...";
}

std::string current_type() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) return "an unknown exception";
  int status = 0;
  char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  std::string text = status == 0 && name != nullptr ? name : type->name();
  std::free(name);  // NOLINT: __cxa_demangle allocates with malloc
  return text;
}

}  // namespace

void Problems::add_current(const Parameter& parameter, const Value* got) {
  Value entry = Value::object();
  try {
    throw;
  } catch (const Error& error) {
    const Value* pointer = error.detail().find("pointer");
    entry.set("pointer", pointer != nullptr ? *pointer : Value("#/" + parameter.name));
    const Value* detail = error.detail().find("detail");
    entry.set("detail", detail != nullptr ? *detail : Value(error.message()));
    entry.set("message", error.message());
  }
  if (got != nullptr && !parameter.secret && got->kind() <= Value::Kind::real) entry.set("got", *got);
  if (got != nullptr && !parameter.secret && got->is_string()) entry.set("got", shortened(got->as_string()));
  list_.push_back(std::move(entry));
}

void Problems::add_missing(const Parameter& parameter) {
  list_.push_back(Value{{"pointer", "#/" + parameter.name},
                        {"detail", "is missing"},
                        {"message", parameter.name + ": is missing"}});
}

void Problems::check_unknown(const Value& arguments, const MethodInfo& method) {
  if (!arguments.is_object()) {
    list_.push_back(Value{
        {"pointer", "#"}, {"detail", "expected object"}, {"message", "expected an object of parameters"}});
    return;
  }
  std::vector<std::string_view> known;
  for (const Parameter& parameter : method.parameters) known.push_back(parameter.name);
  for (const Member& member : arguments.as_object()) {
    bool found = false;
    for (const std::string_view name : known) found = found || name == member.first;
    if (found || list_.size() >= 32) continue;
    const std::string close = nearest(member.first, known);
    std::string what = "no such parameter";
    if (!close.empty()) what += "; did you mean " + close + "?";
    list_.push_back(Value{{"pointer", "#/" + shortened(member.first)},
                          {"detail", what},
                          {"message", shortened(member.first) + ": " + what}});
  }
}

void Problems::raise() const {
  if (list_.size() == 0) return;
  std::string message = list_.size() == 1 ? "" : std::to_string(list_.size()) + " parameters are wrong: ";
  Value errors = Value::array();
  for (std::size_t i = 0; i < list_.size(); ++i) {
    message += (i == 0 ? "" : "; ") + list_[i]["message"].as_string();
    Value entry = Value{{"pointer", list_[i]["pointer"]}, {"detail", list_[i]["detail"]}};
    if (const Value* got = list_[i].find("got")) entry.set("got", *got);
    errors.push_back(std::move(entry));
  }
  throw Error(Errc::invalid_params, std::move(message), Value{{"errors", std::move(errors)}});
}

namespace {

/// In a catch block.
Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    const char* text = error.what();
    const bool says_nothing = text == nullptr || *text == '\0';
    return {Errc::method_failed, says_nothing ? "the method threw " + current_type() : text};
  } catch (...) {
    return {Errc::method_failed, "the method threw " + current_type()};
  }
}

}  // namespace

void rethrow_as_error() { throw current_error(); }

Error bad_result() { return {Errc::method_failed, "the result cannot travel: " + current_error().message()}; }

Task<> no_work() { co_return; }

void put_failure(PromiseBase& promise, std::optional<Error>& failure) noexcept {
  try {
    std::rethrow_exception(std::exchange(promise.error, nullptr));
  } catch (...) {
    failure.emplace(current_error());
  }
}

void throw_empty_task() {
  throw Error(Errc::method_failed,
              "an empty Task was awaited: its function says return where it must say co_return");
}

void add_method(BaseService& service, const char* name, const MethodOptions& options,
                const ParameterText* texts, std::size_t count, const MethodShape& shape) {
  MethodInfo method;
  method.name = name;
  method.options = options;
  method.description = text_of(options.description);
  method.cache_scope = options.cache_scope.empty() ? "node" : text_of(options.cache_scope);
  method.cache_tags = text_of(options.cache_tags);
  method.options.stream = shape.code.take != nullptr;
  method.code = shape.code;
  method.check_fallback = shape.check_fallback;
  const std::string secrets = text_of(options.secret);

  Value properties = Value::object();
  Value required = Value::array();
  for (std::size_t i = 0; i < count; ++i) {
    method.parameters.push_back(make_parameter(texts[i], shape.optional[i], secrets));
    method.code.fingerprint = with_name(method.code.fingerprint, texts[i].name);
    properties.set(texts[i].name, shape.parameter_schemas[i]());
    if (!texts[i].has_fallback && !shape.optional[i]) required.push_back(texts[i].name);
  }
  method.params_schema = Value{{"type", "object"}, {"properties", std::move(properties)}};
  if (required.size() > 0) method.params_schema.set("required", std::move(required));
  method.params_schema.set("additionalProperties", false);
  method.result_schema = shape.result_schema();
  service.declared_methods().push_back(std::move(method));
}

}  // namespace p2p::detail

namespace p2p {
namespace {

/// A frame to await, which goes with this.
struct Running {
  detail::Frame frame;
  explicit Running(detail::Frame given) : frame(given) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { frame.handle.destroy(); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> awaiter) noexcept {
    frame.promise->continuation = awaiter;
    frame.promise->context = awaiter.promise().context;
    return frame.handle;
  }
  void await_resume() const noexcept {}
};

}  // namespace

Task<Value> call_method(BaseService& service, const MethodInfo& method, Value arguments) {
  Running running(method.code.start(service, method, arguments));
  Value result;
  std::optional<Error> failure;
  if (method.code.take == nullptr) {
    co_await running;
  } else {
    for (result = Value::array(); !running.frame.handle.done();) {
      co_await running;
      while (static_cast<detail::StreamPromiseBase*>(running.frame.promise)->size > 0 && !failure)
        method.code.take(*running.frame.promise, result.make_array().emplace_back(), failure);
    }
  }
  if (!failure)
    method.code.finish(*running.frame.promise, method.code.take == nullptr ? &result : nullptr, failure);
  if (failure) throw *std::move(failure);
  co_return result;
}

}  // namespace p2p
