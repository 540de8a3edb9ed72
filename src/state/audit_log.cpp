#include "state/audit_log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace p2p {
namespace {

constexpr std::chrono::seconds retry{1};  // of an unwritable log
constexpr std::string_view logger = "Audit";

/// "2026-11-22T..." to "20261122".
std::string date_of(WallTime time) {
  std::string date = rfc3339(time).substr(0, 10);
  std::erase(date, '-');
  return date;
}

}  // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::filesystem::path& file, AuditSettings settings,
                                                 Executor& executor, const Clock& clock, Log& log) {
  auto start = resume_audit(file);
  if (!start) return fail(std::move(start.error()));
  auto store = AuditFile::open(file);
  if (!store) return fail(std::move(store.error()));
  return std::make_unique<AuditLog>(std::move(settings), std::move(*store), std::move(*start), executor,
                                    clock, log);
}

AuditLog::AuditLog(AuditSettings settings, std::unique_ptr<AuditStore> store, AuditStart start,
                   Executor& executor, const Clock& clock, Log& log)
    : settings_(std::move(settings)),
      executor_(executor),
      clock_(clock),
      log_(log),
      writer_(std::move(store), std::move(start.link), std::move(start.date), settings_.file_bytes) {
  for (const AuditRecord& note : start.notes) {
    log_.warn(logger, "{}: {} {}", settings_.node, note.action, note.object);
    queue_.push_back(item(note, Durability::now, {}));
  }
  thread_ = std::thread([this] { run(); });
}

AuditLog::~AuditLog() { stop(); }

AuditLog::Item AuditLog::item(const AuditRecord& record, Durability durability, OnDone on_done) const {
  const WallTime now = clock_.wall();
  return {.body = audit_body(record, settings_.node, now),
          .date = date_of(now),
          .durability = durability,
          .on_done = std::move(on_done)};
}

void AuditLog::append(AuditRecord record, Durability durability, OnDone on_done) {
  Item made = item(record, durability, std::move(on_done));
  const std::unique_lock held(mutex_);
  if (take(made)) return wake_.notify_one();
  failed_.fetch_add(1, std::memory_order_relaxed);
  if (made.on_done) executor_.post([done = std::move(made.on_done)]() mutable { done(false); });
}

bool AuditLog::take(Item& item) {
  if (stopping_ || queue_.size() >= settings_.queue_records ||
      queued_bytes_ + item.body.size() > settings_.queue_bytes) {
    return false;
  }
  queued_bytes_ += item.body.size();
  queue_.push_back(std::move(item));
  return true;
}

void AuditLog::deny(AuditRecord record) {
  record.decision = "deny";
  std::unique_lock held(mutex_);
  const bool idle = !fold_.holds();
  auto now = fold_.add(std::move(record), clock_.now());
  if (idle) wake_.notify_one();  // it must look again when the second is over
  held.unlock();
  if (now) return append(std::move(*now), Durability::soon);
  folded_.fetch_add(1, std::memory_order_relaxed);
}

AuditCounters AuditLog::counters() const noexcept {
  return {.written = written_.load(std::memory_order_relaxed),
          .failed = failed_.load(std::memory_order_relaxed),
          .folded = folded_.load(std::memory_order_relaxed)};
}

void AuditLog::stop() {
  {
    const std::unique_lock held(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void AuditLog::reopen() {
  const std::unique_lock held(mutex_);
  reopening_ = true;
  wake_.notify_one();
}

void AuditLog::run() {
  for (bool last = false; !last;) {
    std::unique_lock held(mutex_);
    wait(held);
    last = stopping_;
    const bool renewing = std::exchange(reopening_, false);
    auto folded = last ? fold_.flush() : fold_.due(clock_.now());
    std::vector<Item> batch = std::exchange(queue_, {});
    queued_bytes_ = 0;
    held.unlock();
    if (renewing && renew()) batch.insert(batch.begin(), moved_note());
    for (const AuditRecord& record : folded) batch.push_back(item(record, Durability::soon, {}));
    step(std::move(batch), last);
  }
}

void AuditLog::wait(std::unique_lock<std::mutex>& held) {
  const auto wanted = [this] { return stopping_ || reopening_ || !queue_.empty(); };
  if (!unsynced_.empty()) {
    // By our clock what is left of the group's time; the real wait is never longer than the whole.
    const auto left = settings_.group - (clock_.now() - unsynced_since_);
    wake_.wait_for(held,
                   std::clamp<std::chrono::nanoseconds>(left, std::chrono::nanoseconds(0), settings_.group),
                   wanted);
  } else if (!writable() || fold_.holds()) {
    wake_.wait_for(held, retry, wanted);
  } else {
    wake_.wait(held, [&] { return wanted() || fold_.holds(); });
  }
}

void AuditLog::step(std::vector<Item> batch, bool last) {
  const bool nothing_new = batch.empty();
  if (!writable()) add_gap_note(batch);
  if (!batch.empty() && !write(batch)) return;
  if (unsynced_.empty()) return;
  const bool urgent =
      std::ranges::any_of(unsynced_, [](const Item& item) { return item.durability == Durability::now; });
  const bool due = nothing_new || clock_.now() - unsynced_since_ >= settings_.group;
  if (urgent || due || last) sync();
}

bool AuditLog::write(std::vector<Item>& batch) {
  std::vector<std::string> bodies;
  bodies.reserve(batch.size());
  for (Item& item : batch) bodies.push_back(std::move(item.body));
  const auto written = writer_.write(bodies, batch.front().date);
  if (unsynced_.empty()) unsynced_since_ = clock_.now();
  std::ranges::move(batch, std::back_inserter(unsynced_));
  if (!written) refuse(std::exchange(unsynced_, {}), written.error());
  return written.has_value();
}

void AuditLog::sync() {
  std::vector<Item> items = std::exchange(unsynced_, {});
  if (const auto done = writer_.sync(); !done) return refuse(std::move(items), done.error());
  if (!writable_.exchange(true, std::memory_order_relaxed)) {
    log_.info(logger, "the audit log can be written again; {} records were lost", lost_);
    lost_ = 0;
  }
  written_.fetch_add(items.size(), std::memory_order_relaxed);
  finish(std::move(items), true);
}

bool AuditLog::renew() {
  if (!unsynced_.empty()) sync();  // to the end of the file that they are in
  if (const auto renewed = writer_.renew(); !renewed)
    log_.error(logger, "{}", renewed.error().message());
  else if (*renewed)
    return true;
  return false;
}

/// The first record of the new file, so that a start finds the chain there.
AuditLog::Item AuditLog::moved_note() const {
  log_.info(logger, "the audit log goes on in a new file");
  AuditRecord record;
  record.actor = "node";
  record.action = "audit.moved";
  return item(record, Durability::now, {});
}

void AuditLog::refuse(std::vector<Item> items, const Error& error) {
  if (writable_.exchange(false, std::memory_order_relaxed)) {
    log_.error(logger, "{}; admin calls are refused until it can be written", error.message());
  }
  const auto told = [](const Item& item) { return static_cast<bool>(item.on_done); };
  const auto notes = std::ranges::count_if(items, &Item::is_gap_note);
  failed_.fetch_add(items.size() - static_cast<std::size_t>(notes), std::memory_order_relaxed);
  lost_ += static_cast<std::uint64_t>(std::ranges::size(items)) - static_cast<std::uint64_t>(notes) -
           static_cast<std::uint64_t>(std::ranges::count_if(items, told));
  finish(std::move(items), false);
}

void AuditLog::add_gap_note(std::vector<Item>& batch) {
  AuditRecord record;
  record.actor = "node";
  record.action = "audit.gap";
  record.set_params({{"lost", lost_}}, true);
  Item note = item(record, Durability::now, {});
  note.is_gap_note = true;
  batch.insert(batch.begin(), std::move(note));
}

void AuditLog::finish(std::vector<Item> items, bool worked) {
  std::erase_if(items, [](const Item& item) { return !item.on_done; });
  if (items.empty()) return;
  executor_.post([items = std::move(items), worked]() mutable {
    for (Item& item : items) item.on_done(worked);
  });
}

}  // namespace p2p
