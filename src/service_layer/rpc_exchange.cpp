#include "service_layer/rpc_exchange.hpp"

#include <fmt/format.h>

#include "model/error_table.hpp"
#include "service_layer/gzip.hpp"
#include "service_layer/problem.hpp"

namespace p2p {

Result<void> check_target(Door& door, const Caller& caller, const MethodPath& path, const std::string& target,
                          const std::optional<Value>& params) {
  if (target.empty()) return {};
  const ServiceEntry* service = door.runner.snapshot().find(path.service);
  const bool starting =
      service != nullptr && service->status == ServiceStatus::starting;  // its methods are unknown yet
  const MethodEntry* method = door.rpc.find_public(path);
  if (!starting && (method == nullptr || !covers(caller.role, method->role) ||
                    !caller.may_call(path, door.settings.self.node_id)))
    return {};
  const Result<Target> place = Target::parse(target);
  if (!place) return fail(place.error());
  Result<void> here = runs_here(*place, door.settings.self);
  if (here || starting) return here;
  if (auto fit = CallRunner::check_params(*method, params.value_or(Value())); !fit)
    return fit;  // parameters come before targets
  return here;
}

RpcExchange& RpcExchanges::take() {
  if (free_.empty()) {
    all_.push_back(std::make_unique<RpcExchange>(door_, *this));
    free_.reserve(all_.capacity());
    return *all_.back();
  }
  RpcExchange* exchange = free_.back();
  free_.pop_back();
  return *exchange;
}

void RpcExchange::bind(const Request& request, HttpExchange& exchange) {
  exchange_ = &exchange;
  route_ = request.route;
  client_ = *request.http.client;
  trace_ = request.trace;
  started_ = request.started;
  instance_ = request.http.path;
  gzip_ = accepts_gzip(request.headers.accept_encoding);
  style = AnswerStyle::envelope;
  shape = EnvelopeShape::seed;
  id = {};
  notification = meta = done_ = false;
  run_ = {};
  delivery_ = Delivery::whole;
  begun_ = progress_pending_ = wants_items = false;
  listener = nullptr;
  failure_.reset();
  ++use_;
}

void RpcExchange::run(CallRequest request) {
  if (meta) run_ = door_.clock.now();
  in_run_ = true;
  door_.rpc.call(std::move(request), *this);
  in_run_ = false;
  if (done_) return pool_.give_back(*this);
  watching_ = true;
  exchange_->on_client_left(this);
}

void RpcExchange::refuse(const Error& error) {
  in_run_ = true;
  answered(fail(error));
  in_run_ = false;
  pool_.give_back(*this);
}

void RpcExchange::answered(Result<Value> result) {
  if (failure_) result = fail(*std::exchange(failure_, std::nullopt));
  if (std::exchange(watching_, false)) exchange_->on_client_left(nullptr);  // while it is valid
  door_.body.clear();
  door_.headers.clear();
  if (delivery_ != Delivery::whole && (begun_ || result)) {
    last_piece(result);
  } else {
    int status = 200;
    if (!result)
      status = write_failure(result.error());
    else
      write_ok(*result);
    if (result && door_.body.size() > door_.settings.result_limit) {
      door_.body.clear();
      status = write_failure(result_too_large());
    }
    respond(status, Delivery::whole);
  }
  finish();
}

Error RpcExchange::result_too_large() {
  ++door_.limits.result;
  return {Errc::too_large,
          "the result is over " + std::to_string(door_.settings.result_limit / (1024 * 1024)) + " MiB"};
}

void RpcExchange::finish() {
  done_ = true;
  if (!in_run_) pool_.give_back(*this);
}

void RpcExchange::write_ok(const Value& result) {
  if (style == AnswerStyle::local_call) {
    door_.body += R"({"result":)";
    json::write(result, door_.body);
    door_.body += R"(,"success":true})";
  } else if (!notification) {
    write_result(shape, result, id, meta ? meta_text() : std::string(), door_.body);
  }
  door_.headers += door_.ran_here;
}

int RpcExchange::write_failure(const Error& error) {
  tell_failure(door_, instance_, error, trace_);
  append_error_headers(error, door_.headers);
  if (style == AnswerStyle::local_call) {
    door_.body += R"({"error":)";
    json::write(error_object(error, instance_, trace_), door_.body);
    door_.body += R"(,"success":false})";
  } else {
    write_error(shape, error_object(error, instance_, trace_), id, door_.body);
  }
  return error_entry(error.code()).http_status;
}

void RpcExchange::respond(int status, Delivery shape_of_body) {
  const bool empty = notification;  // 2.0: it is answered with nothing, whatever became of it
  append_trace_header(trace_, door_.headers);
  if (run_ != Instant{})
    fmt::format_to(std::back_inserter(door_.headers), "Server-Timing: exec;dur={:.3f}\r\n",
                   milliseconds(door_.clock.now() - run_));
  const bool logged = door_.log.enabled(LogLevel::debug);
  note(door_, route_, empty ? 204 : status, trace_, logged ? "POST " + instance_ : std::string(), started_);
  send_answer(door_, *exchange_, gzip_,
              {.status = empty ? 204 : status,
               .content_type = empty ? std::string_view{} : content_type_of(shape_of_body),
               .body = empty ? std::string_view{} : std::string_view(door_.body)});
}

std::string RpcExchange::meta_text() const {
  std::string text = ",\"meta\":";
  json::write(Value{{"node_id", door_.settings.self.node_id},
                    {"path", "local"},
                    {"cached", false},
                    {"age_ms", 0},
                    {"trace_id", trace_text(trace_)}},
              text);
  return text;
}

}  // namespace p2p
