// RpcExchange: answers that go out while the method runs.
#include <algorithm>

#include "service_layer/problem.hpp"
#include "service_layer/rpc_exchange.hpp"

namespace p2p {
namespace {

constexpr std::size_t longest_progress_text = 256;  // bytes; memory of each call whose client does not read

std::string_view cut_at_character(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace

void RpcExchange::deliver(Delivery wanted) {
  wants_items = notification || wanted != Delivery::whole;  // of a notification: to drop them
  if (notification || wanted == Delivery::whole) return;
  delivery_ = wanted;
  listener = this;
}

void RpcExchange::items_ready() {
  if (done_) return;
  in_run_ = true;
  take_items();
  in_run_ = false;
  if (done_) return pool_.give_back(*this);
  if (!has_room()) go_on_when_writable();
}

void RpcExchange::take_items() {
  Value item;
  while (!done_ && has_room() && door_.rpc.take_item(*this, item))
    if (!notification) write_item(item);
}

void RpcExchange::go_on_when_writable() {
  exchange_->on_writable([this] {
    write_pending_progress();
    items_ready();
  });
}

void RpcExchange::write_item(const Value& item) {
  write_pending_progress();
  door_.body.clear();
  begin_piece(delivery_, "item", door_.body);
  door_.body += R"({"item":)";
  json::write(item, door_.body);
  door_.body += '}';
  end_piece(delivery_, door_.body);
  if (door_.body.size() <= door_.settings.result_limit) return send_piece();
  failure_ = result_too_large();
  door_.rpc.cancel(*this);
}

/// From the loop's next turn: a method may say more before that, and the last word counts.
void RpcExchange::progressed(double value, std::string_view text) {
  if (!(value - value == 0)) return;  // no number
  progress_ = std::clamp(value, 0.0, 1.0);
  progress_text_ = cut_at_character(text, longest_progress_text);
  if (std::exchange(progress_pending_, true)) return;
  door_.runner.executor().post([this, use = use_] {
    if (use != use_ || done_ || !progress_pending_) return;
    if (has_room())
      write_pending_progress();
    else
      go_on_when_writable();
  });
}

void RpcExchange::write_pending_progress() {
  if (!progress_pending_) return;
  door_.body.clear();
  write_progress();
  send_piece();
}

void RpcExchange::write_progress() {
  progress_pending_ = false;
  begin_piece(delivery_, "progress", door_.body);
  door_.body += R"({"progress":{"value":)";
  json::write(Value(progress_), door_.body);
  door_.body += R"(,"text":)";
  json::write_string(progress_text_, door_.body);
  door_.body += "}}";
  end_piece(delivery_, door_.body);
}

void RpcExchange::send_piece() {
  if (begun_) return exchange_->send(door_.body);
  begun_ = true;
  door_.headers.clear();
  door_.headers += door_.ran_here;
  append_trace_header(trace_, door_.headers);
  door_.headers += "X-Accel-Buffering: no\r\n";
  exchange_->begin(
      {.content_type = content_type_of(delivery_), .headers = door_.headers, .body = door_.body});
}

/// The envelope, behind a last word of progress. An answer that fits into one piece is sent as a whole one.
void RpcExchange::last_piece(const Result<Value>& result) {
  if (progress_pending_) write_progress();
  const std::size_t before = door_.body.size();
  begin_piece(delivery_, "result", door_.body);
  if (result)
    write_ok(*result);
  else
    (void)write_failure(result.error());
  if (result && door_.body.size() - before > door_.settings.result_limit) {
    door_.body.resize(begun_ ? before : 0);
    door_.headers.clear();
    if (!begun_) return respond(write_failure(result_too_large()), Delivery::whole);
    begin_piece(delivery_, "result", door_.body);
    (void)write_failure(result_too_large());
  }
  end_piece(delivery_, door_.body);
  if (!begun_) return respond(200, delivery_);
  const bool logged = door_.log.enabled(LogLevel::debug);
  note(door_, route_, 200, trace_, logged ? "POST " + instance_ : std::string(), started_);
  exchange_->send(door_.body);
  exchange_->end();
}

}  // namespace p2p
