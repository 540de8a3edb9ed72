#include "state/audit_writer.hpp"

#include <utility>

namespace p2p {

AuditWriter::AuditWriter(std::unique_ptr<AuditStore> store, AuditLink link, std::string date,
                         std::uint64_t file_bytes)
    : store_(std::move(store)),
      link_(std::move(link)),
      synced_link_(link_),
      synced_size_(store_->size()),
      date_(std::move(date)),
      file_bytes_(file_bytes) {}

Result<void> AuditWriter::write(std::span<const std::string> bodies, std::string_view date) {
  if (auto sound = recover(); !sound) return sound;
  if (auto fits = rotate_if_due(date); !fits) return fits;
  std::string lines;
  for (const std::string& body : bodies) lines += seal_audit(body, link_);
  auto written = store_->append(lines);
  if (!written) return give_up(std::move(written));
  date_ = date;
  return {};
}

Result<void> AuditWriter::sync() {
  if (auto sound = recover(); !sound) return sound;
  auto done = store_->sync();
  if (!done) return give_up(std::move(done));
  synced_link_ = link_;
  synced_size_ = store_->size();
  return {};
}

Result<void> AuditWriter::rotate_if_due(std::string_view date) {
  const bool other_day = !date_.empty() && date != date_;
  if (store_->size() == 0 || (store_->size() < file_bytes_ && !other_day)) return {};
  if (auto done = sync(); !done) return done;
  auto rotated = store_->rotate(date_.empty() ? date : date_);
  // Put aside but no new file yet: the write that follows fails, and the next attempt makes one.
  if (!rotated && store_->size() == synced_size_) return give_up(std::move(rotated));
  synced_size_ = store_->size();
  return {};
}

Result<bool> AuditWriter::renew() {
  if (auto done = sync(); !done) return fail(std::move(done.error()));
  auto renewed = store_->renew();
  synced_size_ = store_->size();
  return renewed;
}

Result<void> AuditWriter::give_up(Result<void> failure) {
  link_ = synced_link_;
  damaged_ = !store_->cut(synced_size_);  // if it cannot be mended now, then before the next attempt
  return failure;
}

Result<void> AuditWriter::recover() {
  if (!damaged_) return {};
  auto sound = store_->cut(synced_size_);
  damaged_ = !sound;
  return sound;
}

}  // namespace p2p
