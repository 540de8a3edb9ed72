// HttpConnection: one client. Reads, hands out every complete request of a read, and sends all answers that
// are ready in one write. A handler that answers at once costs no allocation and no trip through the loop.
//
// HttpCore owns it until it is closed; after that the exchanges that are not yet answered do.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/http_reader.hpp"
#include "net/impl/http_core.hpp"
#include "net/unique_fd.hpp"

namespace p2p {

class HttpConnection final : public Pollee, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpCore> core, UniqueFd socket, const Endpoint& client,
                 const Endpoint& server);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  /// Begins to read. False when its socket cannot be watched.
  [[nodiscard]] bool start();
  /// Answers with a refusal before anything was read, and closes.
  void turn_away(Errc code, std::string_view detail);
  /// Once a second: time-outs.
  void sweep(Instant now);
  /// The server stops: closes if there is nothing to finish.
  void drain();
  /// At once; clients of running requests count as gone.
  void close();

  std::size_t place = 0;  ///< HttpCore's
  /// Bytes that it keeps of requests that are not complete and of answers that are not sent, when last
  /// counted.
  [[nodiscard]] std::size_t held() const noexcept { return counted_; }
  [[nodiscard]] const Endpoint& client() const noexcept { return client_; }

 private:
  class Exchange;

  void on_ready(std::uint32_t events) override;
  void receive();
  void discard(std::size_t count);
  void watch();
  void pump();
  bool hand_out_what_is_complete();
  void hand_out();
  void not_http();
  void ask_body_limit();
  void say_continue();
  void refuse(const HttpRefusal& refusal);
  void note_phase();
  [[nodiscard]] HttpRequest request() const;
  [[nodiscard]] bool may_read() const;
  [[nodiscard]] std::size_t output_size() const { return output_.size() - sent_; }

  void count_held();
  void flush();
  void wait_for_room();
  void output_is_out();
  void linger();
  void end_of_input();
  void drop_exchanges();
  [[nodiscard]] std::optional<HttpRefusal> overdue(Instant now) const;

  Exchange& take_exchange();
  void answer(Exchange& exchange, const HttpAnswer& answer);
  void finish(Exchange& exchange);
  void note_last(Exchange& exchange, const HttpAnswer& answer);
  void put(Exchange& exchange, const HttpAnswer& answer);
  void advance();
  void recycle(Exchange& exchange);
  void answered_later();

  void begin(Exchange& exchange, const HttpAnswer& answer);
  void send(Exchange& exchange, std::string_view piece);
  void end(Exchange& exchange, bool complete);
  [[nodiscard]] std::string& place_of(Exchange& exchange);
  [[nodiscard]] std::size_t queued(const Exchange& exchange) const;
  void wake_writer(Exchange& exchange);
  void wake_writers();
  void tell_of_stop();

  std::shared_ptr<HttpCore> core_;
  UniqueFd socket_;  // none once closed
  Endpoint client_, server_;
  HttpReader reader_;

  std::vector<std::unique_ptr<Exchange>> exchanges_;
  Exchange* free_ = nullptr;
  Exchange* first_ = nullptr;  // those handed out and not yet sent, in the order of the requests
  Exchange* last_ = nullptr;
  std::size_t running_ = 0;  // of them
  std::size_t streams_ = 0;  // of those, begun and not ended

  std::string output_;
  std::size_t sent_ = 0;  // of output_
  std::size_t discarded_ = 0;
  std::size_t counted_ = 0;  // of HttpCore's sum of what is held

  std::uint32_t watched_ = 0;  // what the poller tells us
  bool pumping_ = false;       // answers are collected, the write comes at the end
  bool writing_ = false;       // waits until the socket takes more
  bool flush_posted_ = false;
  bool last_request_ = false;   // nothing is handed out any more
  bool last_answer_ = false;    // written to output_: close when it is out
  bool continue_owed_ = false;  // 100 Continue, as soon as the answers before it are written
  bool input_ended_ = false;
  bool lingering_ = false;
  bool reset_at_end_ = false;  // the last answer is incomplete, and nothing but a reset says so
  bool served_ = false;        // something was answered since the phase was noted

  HttpReader::Phase phase_ = HttpReader::Phase::idle;
  Instant since_;  // of phase_
  Instant last_read_, last_write_;
};

}  // namespace p2p
