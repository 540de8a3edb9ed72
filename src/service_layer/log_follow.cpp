#include "service_layer/log_follow.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace p2p {

class LogFollowers::Follower final : public HttpAbort {
 public:
  Follower(LogFollowers& all, HttpExchange& exchange, LogQuery query, Form form)
      : all_(all), exchange_(exchange), query_(std::move(query)), form_(form) {}
  ~Follower() { all_.executor_.cancel(expiry_); }

  /// Looks back for the last `tail` lines that fit; what comes after them is followed.
  void begin() {
    seen_ = all_.ring_.newest();
    std::vector<LogRing::Line> found;
    for (auto before = seen_ + 1; found.size() < query_.tail;) {
      const auto lines = all_.ring_.read_before(before);
      if (lines.empty()) break;
      before = lines.back()->sequence;
      for (const auto& line : lines)
        if (found.size() < query_.tail && query_.matches(*line)) found.push_back(line);
    }
    if (!found.empty()) {
      seen_ = found.back()->sequence - 1;  // sent as if they came now, at the client's pace
    }
    send_on();
  }
  void end_at(Instant expiry) {
    expiry_ = all_.executor_.post_at(expiry, [this] {
      expiry_ = 0;
      end("token_expired");
    });
  }

  /// Lines that came since, as many as the client takes.
  void send_on() {
    if (blocked_) return;
    while (exchange_.queued() < stream_room) {
      const auto lines = all_.ring_.read_after(seen_);
      if (lines.empty()) return;
      text_.clear();
      for (const auto& line : lines) add(*line);
      exchange_.send(text_);
    }
    blocked_ = true;
    exchange_.on_writable([this] {
      blocked_ = false;
      send_on();
    });
  }
  void beat() { exchange_.send(form_ == Form::event_stream ? ": ping\n\n" : "\n"); }

  void client_left() override { finish(); }
  void server_stops() override { end("node_stops"); }

 private:
  void add(const LogLine& line) {
    if (const auto gap = line.sequence - seen_ - 1; gap > 0) {
      all_.dropped_ += gap;
      add_object("dropped", fmt::format("{{\"dropped\":{}}}", gap), 0);
    }
    seen_ = line.sequence;
    if (!query_.matches(line)) return;
    object_.clear();
    line.append_json(all_.node_, object_);
    add_object("log", object_, line.sequence);
  }
  void add_object(std::string_view event, std::string_view object, std::uint64_t id) {
    if (form_ == Form::ndjson) {
      text_.append(object).append("\n");
      return;
    }
    if (id != 0) fmt::format_to(std::back_inserter(text_), "id: {}\n", id);
    text_.append("event: ").append(event).append("\ndata: ").append(object).append("\n\n");
  }
  void end(std::string_view why) {
    text_.clear();
    add_object("end", fmt::format("{{\"end\":\"{}\"}}", why), 0);
    exchange_.send(text_);
    finish();
  }
  void finish() {
    exchange_.end();
    all_.forget(*this);  // this is gone now
  }

  LogFollowers& all_;
  HttpExchange& exchange_;
  const LogQuery query_;
  const Form form_;
  std::uint64_t seen_ = 0;
  bool blocked_ = false;
  Executor::TimerId expiry_ = 0;
  std::string text_, object_;
};

LogFollowers::LogFollowers(LogRing& ring, Executor& executor, std::string node)
    : ring_(ring),
      executor_(executor),
      node_(std::move(node)),
      self_(std::make_shared<LogFollowers*>(this)) {}

LogFollowers::~LogFollowers() {
  ring_.on_line_after(0, {});
  executor_.cancel(look_timer_);
  executor_.cancel(beat_timer_);
  *self_ = nullptr;
}

void LogFollowers::follow(HttpExchange& exchange, LogQuery query, Form form, const Caller& caller) {
  followers_.push_back(std::make_unique<Follower>(*this, exchange, std::move(query), form));
  Follower& follower = *followers_.back();
  if (followers_.size() == 1) {
    watch(ring_.newest());
    beat_timer_ = executor_.post_at(executor_.clock().now() + sign_of_life, [this] { beat(); });
  }
  const Clock& clock = executor_.clock();
  const auto left = caller.expires - clock.wall();
  if (left < std::chrono::hours(24 * 365)) follower.end_at(clock.now() + left);
  follower.begin();
  exchange.on_client_left(&follower);  // may end it here
}

void LogFollowers::forget(const Follower& follower) {
  std::erase_if(followers_, [&](const auto& each) { return each.get() == &follower; });
  if (!followers_.empty()) return;
  ring_.on_line_after(0, {});
  executor_.cancel(std::exchange(look_timer_, 0));
  executor_.cancel(std::exchange(beat_timer_, 0));
}

/// Comes back when there is a line behind number `after`.
void LogFollowers::watch(std::uint64_t after) {
  ring_.on_line_after(after, [&executor = executor_, self = self_] {
    executor.post([self] {
      if (*self != nullptr) (*self)->look();
    });
  });
}

void LogFollowers::look() {
  if (followers_.empty()) return;
  const auto newest = ring_.newest();  // before: what comes meanwhile is found by the next look
  for (const auto& follower : followers_) follower->send_on();
  executor_.cancel(look_timer_);
  look_timer_ = executor_.post_at(executor_.clock().now() + pause, [this, newest] { watch(newest); });
}

void LogFollowers::beat() {
  for (const auto& follower : followers_) follower->beat();
  beat_timer_ = executor_.post_at(executor_.clock().now() + sign_of_life, [this] { beat(); });
}

}  // namespace p2p
