#include "base/log.hpp"

#include <limits>
#include <mutex>

#include <p2p/detail/runtime.hpp>

#include "base/log_fold.hpp"
#include "base/log_sink.hpp"

namespace p2p {
namespace {

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

constexpr auto never = std::numeric_limits<WallTime::rep>::max();

}  // namespace

struct Log::Output {
  Output(const std::string& file, LogSink::Notice notice) : sink(file, std::move(notice)) {}

  LogSink sink;
  std::mutex mutex;  // guards fold
  LogFold fold;
  std::atomic<WallTime::rep> fold_due{never};
  std::unique_ptr<const std::string> node;
};

Log::Log(LogLevel level, Format format, const std::string& file, const Clock* clock, std::size_t ring_lines)
    : level_(static_cast<int>(level)),
      format_(format),
      clock_(clock != nullptr ? *clock : system_clock()),
      ring_(ring_lines) {
  output_ = std::make_unique<Output>(file, [this](std::uint64_t dropped) {
    LogLine line;
    line.time = clock_.wall();
    line.level = LogLevel::warn;
    line.logger = "Main";
    line.message = fmt::format(
        "{} lines are missing here: they could not be written; GET /logs has the last ones", dropped);
    return printed(line);
  });
}
Log::~Log() = default;

void Log::set_node(std::string node) {
  output_->node = std::make_unique<const std::string>(std::move(node));
  node_.store(output_->node.get(), std::memory_order_release);
}

std::string Log::printed(const LogLine& line) const {
  if (format_ == Format::text) return line.as_text();
  const std::string* node = node_.load(std::memory_order_acquire);
  std::string text;
  line.append_json(node == nullptr ? std::string_view() : std::string_view(*node), text);
  return text += '\n';
}

void Log::write_line(LogLevel level, std::string_view logger, std::string_view message,
                     const LogField* fields, std::size_t count) {
  LogLine line;
  line.time = clock_.wall();
  line.level = level;
  line.trace = LogScope::current();
  line.logger = logger;
  line.message = cut_message(message);
  for (std::size_t i = 0; i < count; ++i) line.fields.set(fields[i].name, fields[i].value);
  if (line.time.time_since_epoch().count() >= output_->fold_due.load(std::memory_order_relaxed))
    tell_folded(line.time);
  if (level == LogLevel::warn) {
    const std::lock_guard lock(output_->mutex);
    const bool admitted = output_->fold.admit(line.logger, line.message, line.time);
    const auto due = output_->fold.due();
    output_->fold_due.store(due ? due->time_since_epoch().count() : never, std::memory_order_relaxed);
    if (!admitted) return;
  }
  emit(std::move(line));
}

void Log::emit(LogLine line) {
  output_->sink.put(printed(line));
  ring_.add(std::move(line));
}

void Log::tell_folded(WallTime now) {
  std::vector<LogFold::Folded> due;
  {
    const std::lock_guard lock(output_->mutex);
    due = output_->fold.take_due(now);
    const auto next = output_->fold.due();
    output_->fold_due.store(next ? next->time_since_epoch().count() : never, std::memory_order_relaxed);
  }
  for (LogFold::Folded& folded : due) {
    LogLine line;
    line.time = now;
    line.level = LogLevel::warn;
    line.logger = std::move(folded.logger);
    line.message =
        cut_message(fmt::format("{} more like this within a minute: {}", folded.more, folded.message));
    emit(std::move(line));
  }
}

void Log::tick() {
  const WallTime now = clock_.wall();
  if (now.time_since_epoch().count() >= output_->fold_due.load(std::memory_order_relaxed)) tell_folded(now);
  output_->sink.flush();
}

Result<void> Log::reopen(const std::string& file) { return output_->sink.use(file); }

std::uint64_t Log::dropped() const noexcept { return output_->sink.dropped(); }

void Log::format(LogLevel level, std::string_view logger, fmt::string_view text, fmt::format_args values) {
  fmt::memory_buffer message;
  fmt::vformat_to(std::back_inserter(message), text, values);
  write_line(level, logger, {message.data(), message.size()}, nullptr, 0);
}

}  // namespace p2p
