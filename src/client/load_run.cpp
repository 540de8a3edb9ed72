#include "client/load_run.hpp"

#include <vector>

#include "client/answer_error.hpp"

namespace p2p {
namespace {

constexpr std::size_t most_of_an_answer = 64 * 1024 * 1024, kept_of_an_error = 16 * 1024;

/// Whether asking the same again cannot help.
bool is_hopeless(Errc code) noexcept {
  return code == Errc::forbidden || code == Errc::unauthenticated || code == Errc::method_not_found ||
         code == Errc::service_not_found || code == Errc::invalid_params;
}

class Asker;

/// Told by the connections.
class Askers {
 public:
  /// Whether one more may be asked; it is counted as under way then.
  virtual bool may_ask() = 0;
  virtual void heard(std::chrono::nanoseconds took, const Error* error) = 0;

 protected:
  ~Askers() = default;
};

/// One connection: asks, hears, asks again.
class Asker final : public HttpReply {
 public:
  Asker(Askers& all, const LoadPlan& plan, P2PClient& client)
      : all_(all), plan_(plan), client_(client), session_(client.loop(), client.endpoint()) {}

  void ask() {
    if (!all_.may_ask()) return;
    status_ = 0;
    size_ = 0;
    body_.clear();
    asked_ = client_.loop().clock().now();
    session_.ask({.method = "POST", .target = plan_.target, .headers = plan_.headers, .body = plan_.body},
                 *this);
  }
  void close() { session_.close(); }

  void on_reply_head(const HttpReplyHead& head) override { status_ = head.status; }
  void on_reply_body(std::string_view piece) override {
    size_ += piece.size();
    if (status_ != 200) body_ += piece.substr(0, kept_of_an_error - std::min(body_.size(), kept_of_an_error));
    if (size_ <= most_of_an_answer) return;
    session_.close();
    hear(fail(Errc::too_large, "an answer is over 64 MiB"));
  }
  void on_reply_end(Result<void> end) override {
    if (end && status_ != 200) {
      const ClientAnswer answer{.status = status_, .fields = {}, .body = body_};
      const Result<Value> document = document_of(answer, client_.place());
      end = fail(document ? Error(Errc::internal, "status " + std::to_string(status_)) : document.error());
    }
    hear(std::move(end));
  }

 private:
  void hear(Result<void> end) {
    all_.heard(client_.loop().clock().now() - asked_, end ? nullptr : &end.error());
    ask();
  }

  Askers& all_;
  const LoadPlan& plan_;
  P2PClient& client_;
  HttpSession session_;
  Instant asked_;
  int status_ = 0;
  std::size_t size_ = 0;
  std::string body_;
};

}  // namespace

struct LoadRun::Impl final : Askers {
  Impl(P2PClient& client_in, LoadPlan plan_in) : client(client_in), plan(std::move(plan_in)) {
    for (std::size_t i = 0; i < plan.connections; ++i)
      askers.push_back(std::make_unique<Asker>(*this, plan, client));
  }

  Result<LoadReport> run(std::uint64_t calls, std::chrono::milliseconds duration) {
    Loop& loop = client.loop();
    const Instant started = loop.clock().now();
    report = {};
    first_failure.reset();
    left = calls == 0 ? ~std::uint64_t{0} : calls;
    under_way = lost_in_a_row = 0;
    Executor::TimerId timer = 0;
    if (duration.count() > 0) timer = loop.post_at(started + duration, [this] { ask_no_more(); });
    for (const auto& asker : askers) asker->ask();
    if (under_way > 0) client.turn([this] { give_up(); });
    loop.cancel(timer);
    loop.cancel(patience);
    report.took = loop.clock().now() - started;
    report.interrupted = client.cancelled();
    if (first_failure && report.latencies.count() == 0) return fail(*first_failure);
    return std::move(report);
  }

  bool may_ask() override {
    if (left == 0) return false;
    --left;
    ++under_way;
    return true;
  }
  void heard(std::chrono::nanoseconds took, const Error* error) override {
    --under_way;
    if (error == nullptr) {
      report.latencies.add(took);
      lost_in_a_row = 0;
    } else {
      ++report.errors[std::string(errc_name(error->code()))];
      if (!first_failure) first_failure = *error;
      if (report.latencies.count() == 0 && is_hopeless(error->code())) left = 0;
      // A node that is gone refuses connections at once: that would be asked thousands of times.
      if (error->code() == Errc::node_unreachable && ++lost_in_a_row > 2 * askers.size()) left = 0;
    }
    if (left == 0 && under_way == 0) client.loop().stop();
  }
  /// The time is over: what is under way may end.
  void ask_no_more() {
    left = 0;
    if (under_way == 0) return client.loop().stop();
    patience = client.loop().post_at(client.loop().clock().now() + plan.patience, [this] {
      if (under_way > 0) report.errors["timeout"] += under_way;
      give_up();
    });
  }
  void give_up() {
    left = under_way = 0;
    for (const auto& asker : askers) asker->close();
    client.loop().stop();
  }

  P2PClient& client;
  const LoadPlan plan;
  std::vector<std::unique_ptr<Asker>> askers;
  LoadReport report;
  std::optional<Error> first_failure;
  std::uint64_t left = 0, under_way = 0, lost_in_a_row = 0;
  Executor::TimerId patience = 0;
};

std::uint64_t LoadReport::failed() const {
  std::uint64_t count = 0;
  for (const auto& [name, number] : errors) count += number;
  return count;
}

LoadRun::LoadRun(P2PClient& client, LoadPlan plan) : impl_(std::make_unique<Impl>(client, std::move(plan))) {}
LoadRun::~LoadRun() = default;

Result<LoadReport> LoadRun::run(std::uint64_t calls, std::chrono::milliseconds duration) {
  return impl_->run(calls, duration);
}

}  // namespace p2p
