#include "client/p2p_client.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "client/answer_error.hpp"
#include "net/host_port.hpp"

namespace p2p {
namespace {

constexpr std::uint16_t default_port = 8001;

std::string_view field_of(std::string_view fields, std::string_view name) {
  return HttpReplyHead{0, fields}.field(name);
}

/// A part of an answer that is taken line by line.
class Lines {
 public:
  Lines(LineTaker take, std::size_t limit) : take_(std::move(take)), limit_(limit) {}
  enum class State { more, enough, too_long };
  State feed(std::string_view piece) {
    rest_ += piece;
    std::size_t start = 0;
    for (std::size_t end; (end = rest_.find('\n', start)) != rest_.npos; start = end + 1) {
      const std::string_view line = std::string_view(rest_).substr(start, end - start);
      if (!line.empty() && !take_(line)) return State::enough;
    }
    rest_.erase(0, start);
    return rest_.size() > limit_ ? State::too_long : State::more;
  }
  /// A last line without an end.
  void finish() {
    if (!rest_.empty()) take_(rest_);
  }

 private:
  LineTaker take_;
  std::size_t limit_;
  std::string rest_;
};

std::string told_time(std::chrono::milliseconds time) {
  if (time.count() % 1000 == 0) return std::to_string(time.count() / 1000) + " s";
  return std::to_string(time.count()) + " ms";
}

}  // namespace

std::string_view ClientAnswer::field(std::string_view name) const { return field_of(fields, name); }

struct P2PClient::Impl final : HttpReply {
  Impl(Loop& loop_in, Settings settings_in, const Endpoint& at_in)
      : loop(loop_in), settings(std::move(settings_in)), at(at_in), session(loop, at_in) {
    set_timeout(settings.timeout);
  }

  void set_timeout(std::chrono::milliseconds timeout) {
    limit = timeout;
    deadline.reset();
    if (timeout.count() > 0) deadline = loop.clock().now() + timeout;
  }

  /// One question and its answer; `lines` takes the body when it is of `media_type`.
  Result<ClientAnswer> exchange(const ClientQuestion& question, std::string_view media_type = {},
                                std::optional<Lines> lines = std::nullopt) {
    if (cancelled) return fail(interrupted());
    answer = {};
    wanted_type = media_type;
    taker = std::move(lines);
    ended.reset();
    Executor::TimerId timer = 0;
    if (deadline) timer = loop.post_at(*deadline, [this] { end(fail(too_late())); });
    const Instant asked = loop.clock().now();
    session.ask({.method = question.method,
                 .target = question.target,
                 .headers = question.headers,
                 .body = question.body},
                *this);
    loop.run();
    if (timer != 0) loop.cancel(timer);
    if (settings.told) settings.told(question, answer.status, loop.clock().now() - asked);
    if (!*ended) return fail(std::move(ended->error()));
    return std::move(answer);
  }

  void on_reply_head(const HttpReplyHead& head) override {
    answer.status = head.status;
    answer.fields = head.fields;
    streaming = taker && head.status < 400 && !wanted_type.empty() &&
                head.field("content-type").starts_with(wanted_type);
  }
  void on_reply_body(std::string_view piece) override {
    if (!streaming) {
      answer.body += piece;
      if (answer.body.size() > settings.answer_limit) end(fail(too_large()));
      return;
    }
    switch (taker->feed(piece)) {
      case Lines::State::more: return;
      case Lines::State::enough: return end({});
      case Lines::State::too_long: return end(fail(too_large()));
    }
  }
  void on_reply_end(Result<void> result) override {
    if (result && streaming) taker->finish();
    if (!result && result.error().code() == Errc::node_unreachable)
      result = fail(unreachable(result.error()));
    if (!result && result.error().code() == Errc::parse_error) result = fail(broken(result.error()));
    ended = std::move(result);
    loop.stop();
  }

  /// Ends what is under way from our side.
  void end(Result<void> result) {
    if (ended) return;
    session.close();
    ended = std::move(result);
    loop.stop();
  }

  void cancel() {
    cancelled = true;
    if (on_cancel != nullptr) return (*on_cancel)();
    if (!waiting) return end(fail(interrupted()));
    loop.stop();
  }

  static Error interrupted() { return Error(Errc::cancelled, "interrupted").with("interrupted", true); }
  Error too_late() const {
    return Error(Errc::timeout, fmt::format("{} did not answer within {}", settings.place, told_time(limit)))
        .with("hint", "give it more time: --timeout 2m");
  }
  Error too_large() const {
    return Error(Errc::too_large, fmt::format("the answer of {} is over {} MiB", settings.place,
                                              settings.answer_limit / (1024 * 1024)));
  }
  Error unreachable(const Error& why) const {
    const bool cut = answer.status != 0;
    Error error(Errc::node_unreachable,
                settings.place + (cut ? " broke off its answer" : " does not answer"));
    error.with("cause", why.detail()["reason"]);
    if (!cut && !settings.unreachable_hint.empty()) error.with("hint", settings.unreachable_hint);
    return error;
  }
  Error broken(const Error& why) const {
    if (answer.status != 0)
      return Error(Errc::node_unreachable, settings.place + " broke off its answer")
          .with("cause", why.message());
    return Error(Errc::node_unreachable, settings.place + " does not answer as a node")
        .with("cause", why.message())
        .with("hint", "is the port right? A node answers GET /health");
  }

  Result<void> fetch_token() {
    const Result<Value> document = issue_token(Value{{"node_id", settings.subject}});
    if (!document) return fail(document.error());
    settings.token = Secret((*document)["access_token"].as_string());
    return {};
  }

  Result<Value> issue_token(const Value& wish) {
    const ClientQuestion question{
        .method = "POST", .target = "/auth/token", .body = json::dump(wish), .open = settings.token.empty()};
    const Result<ClientQuestion> whole = complete(question);
    if (!whole) return fail(whole.error());
    const Result<ClientAnswer> got = exchange(*whole);
    if (!got) return fail(got.error());
    Result<Value> document = document_of(*got, settings.place);
    if (document && !(*document)["access_token"].is_string())
      return fail(Errc::node_unreachable, settings.place + " gave no token");
    return document;
  }

  /// The question with the lines that it needs besides.
  Result<ClientQuestion> complete(ClientQuestion question) {
    if (!question.body.empty()) question.headers += "Content-Type: application/json\r\n";
    if (question.open) return question;
    Result<std::string> line = authorization();
    if (!line) return fail(line.error());
    question.headers += *line;
    return question;
  }

  Result<std::string> authorization() {
    if (settings.token.empty() && at.is_loopback())
      if (auto fetched = fetch_token(); !fetched) return fail(fetched.error());
    if (settings.token.empty()) return std::string();
    return fmt::format("Authorization: Bearer {}\r\n", settings.token.reveal());
  }

  Loop& loop;
  Settings settings;
  const Endpoint at;
  HttpSession session;
  std::chrono::milliseconds limit{};
  std::optional<Instant> deadline;
  ClientAnswer answer;
  std::string wanted_type;
  std::optional<Lines> taker;
  std::optional<Result<void>> ended;
  const std::function<void()>* on_cancel = nullptr;
  bool streaming = false, waiting = false, cancelled = false;
};

Result<std::unique_ptr<P2PClient>> P2PClient::make(Loop& loop, Settings settings) {
  Result<HostPort> place = split_host_port(settings.place, default_port);
  if (!place) return fail(place.error());
  if (place->host == "localhost") place->host = "127.0.0.1";  // where nodes listen, also when ::1 comes first
  const Result<Endpoint> at = resolve(*place);
  if (!at) return fail(at.error());
  return std::unique_ptr<P2PClient>(new P2PClient(std::make_unique<Impl>(loop, std::move(settings), *at)));
}

P2PClient::P2PClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
P2PClient::~P2PClient() = default;

Result<ClientAnswer> P2PClient::ask(ClientQuestion question) {
  const Result<ClientQuestion> whole = impl_->complete(std::move(question));
  return whole ? impl_->exchange(*whole) : fail(whole.error());
}

Result<Value> P2PClient::get(std::string target, bool open) {
  const Result<ClientAnswer> answer = ask({.target = std::move(target), .open = open});
  return answer ? document_of(*answer, impl_->settings.place) : fail(answer.error());
}

Result<Value> P2PClient::post(std::string target, const Value& body) {
  const Result<ClientAnswer> answer =
      ask({.method = "POST", .target = std::move(target), .body = json::dump(body)});
  return answer ? document_of(*answer, impl_->settings.place) : fail(answer.error());
}

Result<Value> P2PClient::issue_token(const Value& wish) { return impl_->issue_token(wish); }

Result<ClientAnswer> P2PClient::follow(ClientQuestion question, std::string_view media_type, LineTaker take) {
  const Result<ClientQuestion> whole = impl_->complete(std::move(question));
  if (!whole) return fail(whole.error());
  return impl_->exchange(*whole, media_type, Lines(std::move(take), impl_->settings.line_limit));
}

bool P2PClient::wait(std::chrono::milliseconds pause) {
  if (impl_->cancelled) return false;
  const auto timer = impl_->loop.post_at(impl_->loop.clock().now() + pause, [this] { impl_->loop.stop(); });
  impl_->waiting = true;
  impl_->loop.run();
  impl_->waiting = false;
  impl_->loop.cancel(timer);
  return !impl_->cancelled;
}

void P2PClient::turn(const std::function<void()>& on_cancel) {
  if (impl_->cancelled) return on_cancel();
  impl_->on_cancel = &on_cancel;
  impl_->loop.run();
  impl_->on_cancel = nullptr;
}

void P2PClient::cancel() { impl_->cancel(); }
bool P2PClient::cancelled() const { return impl_->cancelled; }

std::optional<std::chrono::milliseconds> P2PClient::time_left() const {
  if (!impl_->deadline) return std::nullopt;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(*impl_->deadline - impl_->loop.clock().now());
  return std::max(left, std::chrono::milliseconds(1));
}

void P2PClient::set_timeout(std::chrono::milliseconds timeout) { impl_->set_timeout(timeout); }

Result<std::string> P2PClient::authorization() { return impl_->authorization(); }

Loop& P2PClient::loop() { return impl_->loop; }
const Endpoint& P2PClient::endpoint() const { return impl_->at; }
const std::string& P2PClient::place() const { return impl_->settings.place; }

}  // namespace p2p
