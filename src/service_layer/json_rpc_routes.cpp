// POST /rpc: strict JSON-RPC 2.0 (jsonrpc.org/specification): single, batch, notification. The status is 200
// whatever the calls say, 204 when there is nothing to answer, 400 when no request could be read.
#include <memory>

#include "model/error_table.hpp"
#include "service_layer/door.hpp"
#include "service_layer/envelope.hpp"
#include "service_layer/gzip.hpp"
#include "service_layer/problem.hpp"
#include "service_layer/rpc_exchange.hpp"

namespace p2p {
namespace {

class Batch;

/// One request of a batch. Entries run concurrently, each authorized by itself.
class BatchEntry final : public RpcCall {
 public:
  explicit BatchEntry(Batch& batch) : batch_(batch) {}
  void answered(Result<Value> result) override;
  [[nodiscard]] std::string peer() const override;

  EnvelopeId id;
  bool notification = false;
  bool done = false;
  std::string path;  ///< text of the method, which the request only views
  std::string answer;

 private:
  Batch& batch_;
};

/// All requests of one HTTP request. Owns itself until the last entry is answered.
class Batch final : public HttpAbort {
 public:
  Batch(Door& door, const Request& request, HttpExchange& exchange, bool single)
      : door_(door),
        exchange_(exchange),
        route_(request.route),
        client_(*request.http.client),
        caller_(request.caller),
        trace_(request.trace),
        span_(request.span),
        started_(request.started),
        single_(single),
        gzip_(accepts_gzip(request.headers.accept_encoding)) {}

  void run(std::vector<Result<Envelope>> requests) {
    for (std::size_t i = 0; i < requests.size(); ++i) entries_.push_back(std::make_unique<BatchEntry>(*this));
    left_ = requests.size() + 1;  // and this function
    for (std::size_t i = 0; i < requests.size(); ++i) {
      if (too_large_ && requests[i] && requests[i]->id)
        entries_[i]->answered(fail(Errc::cancelled, "the batch is over its limit already"));
      else
        start(*entries_[i], std::move(requests[i]));
    }
    if (left_ > 1) exchange_.on_client_left(this);
    finish_one();
  }

  void write(BatchEntry& entry, const Result<Value>& result) {
    if (!result) tell_failure(door_, entry.path.empty() ? "/rpc" : entry.path, result.error(), trace_);
    entry.done = true;
    if (!entry.notification && !too_large_) {
      if (result)
        write_result(EnvelopeShape::v2, *result, entry.id, {}, entry.answer);
      else
        write_error(EnvelopeShape::v2, error_object(result.error(), "/rpc", trace_), entry.id, entry.answer);
      bytes_ += entry.answer.size() + 1;
      if (bytes_ > door_.settings.result_limit) give_up();
    }
  }
  void finish_one() {
    if (--left_ > 0) return;
    const std::unique_ptr<Batch> self(this);
    respond();
  }
  void client_left() override {
    ++left_;  // not gone before the loop is through
    for (const auto& entry : entries_)
      if (!entry->done) door_.rpc.cancel(*entry);
    finish_one();
  }
  [[nodiscard]] const Endpoint& client() const { return client_; }

 private:
  void start(BatchEntry& entry, Result<Envelope> request) {
    if (request) request = checked(*std::move(request));
    if (request && request->id) entry.id = EnvelopeId::of(*request);
    if (!request) return entry.answered(fail(request.error()));
    entry.notification = !request->id.has_value();
    entry.path = request->method->as_string();
    const Result<MethodPath> path = MethodPath::parse(entry.path);
    if (!path) return entry.answered(fail(Errc::method_not_found, path.error().message()));
    if (request->target)
      if (auto here = check_target(door_, *caller_, *path, request->target->as_string(), request->params);
          !here)
        return entry.answered(fail(here.error()));
    CallRequest wanted;
    wanted.path = *path;
    if (request->params) wanted.params = *std::move(request->params);
    wanted.caller = caller_;
    wanted.trace = trace_;
    wanted.span = span_;
    if (request->timeout_ms) wanted.timeout_ns = request->timeout_ms->as_int() * 1'000'000;
    door_.rpc.call(std::move(wanted), entry);
  }
  /// Nothing of what is here will be answered, nor what would still come. Notifications run on: nobody waits
  /// for their answers.
  void give_up() {
    too_large_ = true;
    ++door_.limits.result;
    for (const auto& entry : entries_) entry->answer = std::string();
    for (const auto& entry : entries_)
      if (!entry->done && !entry->notification) door_.rpc.cancel(*entry);
  }
  static Result<Envelope> checked(Envelope envelope) {
    if (!envelope.jsonrpc) return fail(Errc::invalid_request, "jsonrpc: must be \"2.0\"");
    if (auto sound = check_envelope(envelope); !sound) return fail(std::move(sound.error()));
    if (!envelope.method) return fail(Errc::invalid_request, "method: is missing");
    if (envelope.params && envelope.params->is_null())
      return fail(Errc::invalid_request, "params: must be an object or an array, or be left out");
    return envelope;
  }

  void respond() {
    door_.headers.clear();
    door_.body.clear();
    if (too_large_) return respond_too_large();
    for (const auto& entry : entries_) {
      if (entry->notification) continue;
      door_.body += door_.body.empty() ? (single_ ? "" : "[") : ",";
      door_.body += entry->answer;
    }
    if (!door_.body.empty() && !single_) door_.body += ']';
    send(door_.body.empty() ? 204 : 200);
  }
  void respond_too_large() {
    const std::string limit = std::to_string(door_.settings.result_limit / (1024 * 1024)) + " MiB";
    const Error error(Errc::too_large, single_ ? "the result is over " + limit
                                               : "the answers of this batch are over " + limit + " together");
    write_error(EnvelopeShape::v2, error_object(error, "/rpc", trace_),
                single_ ? entries_.front()->id : EnvelopeId{}, door_.body);
    send(200);
  }
  void send(int status) {
    exchange_.on_client_left(nullptr);
    append_trace_header(trace_, door_.headers);
    note(door_, route_, status, trace_, "POST /rpc", started_);
    send_answer(door_, exchange_, gzip_,
                {.status = status,
                 .content_type = status == 204 ? std::string_view{} : std::string_view("application/json"),
                 .body = door_.body});
  }

  Door& door_;
  HttpExchange& exchange_;
  const Route* route_;
  Endpoint client_;
  CallerPtr caller_;
  TraceId trace_;
  std::uint64_t span_;
  Instant started_;
  bool single_, gzip_;
  std::vector<std::unique_ptr<BatchEntry>> entries_;
  std::size_t left_ = 0;
  std::size_t bytes_ = 0;   // of the answers that are here
  bool too_large_ = false;  // they were over the limit
};

void BatchEntry::answered(Result<Value> result) {
  batch_.write(*this, result);
  batch_.finish_one();
}

std::string BatchEntry::peer() const { return batch_.client().text(); }

/// 400 with an envelope: nothing in the body can be answered by itself.
void refuse_all(Door& door, const Request& request, HttpExchange& exchange, const Error& error) {
  door.headers.clear();
  door.body.clear();
  write_error(EnvelopeShape::v2, error_object(error, "/rpc", request.trace), {}, door.body);
  append_trace_header(request.trace, door.headers);
  note(door, request.route, 400, request.trace, "POST /rpc", request.started);
  exchange.respond({.status = 400, .headers = door.headers, .body = door.body});
}

void json_rpc(Door& door, const Request& request, HttpExchange& exchange) {
  if (!request.headers.target.empty() || !request.headers.timeout.empty())
    return refuse_all(
        door, request, exchange,
        Error(Errc::invalid_request,
              "X-P2P-Target and X-P2P-Timeout go with /rpc/{service}/{method}; here each request has "
              "members target and timeout_ms of its own"));
  const std::string_view body = request.http.body;
  const auto first = body.find_first_not_of(" \t\r\n");
  std::vector<Result<Envelope>> requests;
  const bool single = first != body.npos && body[first] == '{';
  if (single) {
    Result<Envelope> envelope = read_envelope(body, door.settings.json);
    if (!envelope && envelope.error().code() == Errc::parse_error)
      return refuse_all(door, request, exchange, envelope.error());
    requests.push_back(std::move(envelope));
  } else {
    auto batch = read_batch(body, door.settings.batch_limit, door.settings.json);
    if (!batch && batch.error().detail().find("limit") != nullptr) ++door.limits.batch;
    if (!batch) return refuse_all(door, request, exchange, batch.error());
    requests = *std::move(batch);
  }
  (new Batch(door, request, exchange, single))->run(std::move(requests));  // owns itself
}

}  // namespace

std::vector<Route> json_rpc_routes() { return {{"POST", "/rpc", &json_rpc}}; }

}  // namespace p2p
