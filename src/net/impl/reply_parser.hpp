// ReplyParser: the bytes of one HTTP answer to what HttpReply is told. Beast's grammar, our events.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "net/byte_buffer.hpp"
#include "net/http_session.hpp"

namespace p2p {

class ReplyParser {
 public:
  enum class State { more, complete, broken };

  explicit ReplyParser(HttpReply& reply) : reply_(&reply) { renew(); }

  /// Reads what `buffer` holds and takes it out.
  State feed(ByteBuffer& buffer);
  /// The connection has ended, in an orderly way or not.
  State end_of_input(bool orderly);

  /// Tells nobody anything more; may come from inside of what is told.
  void stop() { reply_ = nullptr; }

  [[nodiscard]] bool keeps_alive() const { return grammar_->keep_alive(); }
  [[nodiscard]] std::string fault() const { return fault_.message(); }

 private:
  using Code = boost::system::error_code;
  using Text = boost::core::string_view;
  using Base = boost::beast::http::basic_parser<false>;

  class Grammar final : public Base {
   public:
    explicit Grammar(HttpReply*& reply) : reply_(reply) {
      header_limit(16 * 1024);
      body_limit(boost::none);
      eager(true);
    }

   private:
    void on_request_impl(boost::beast::http::verb, Text, Text, int, Code&) override {}
    void on_response_impl(int status, Text, int, Code&) override { head_.status = status; }
    void on_field_impl(boost::beast::http::field, Text name, Text value, Code&) override {
      for (const char c : name) fields_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
      fields_.append(": ").append(value.data(), value.size()).append("\r\n");
    }
    void on_header_impl(Code& code) override {
      head_.fields = fields_;
      if (head_.status >= 200) tell(code, [&] { reply_->on_reply_head(head_); });
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
    std::size_t on_body_impl(Text body, Code& code) override {
      tell(code, [&] { reply_->on_reply_body({body.data(), body.size()}); });
      return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code& code) override {
      return on_body_impl(body, code);
    }
    void on_finish_impl(Code&) override {}

    void tell(Code& code, auto&& word) {
      if (reply_ != nullptr) word();
      if (reply_ == nullptr) code = boost::asio::error::operation_aborted;
    }

    HttpReply*& reply_;
    HttpReplyHead head_;
    std::string fields_;

   public:
    [[nodiscard]] bool is_interim() const { return head_.status < 200; }
  };

  State broken(const Code& code) {
    fault_ = code;
    return State::broken;
  }
  void renew() { grammar_.emplace(reply_); }

  HttpReply* reply_;
  std::optional<Grammar> grammar_;
  Code fault_;
};

inline ReplyParser::State ReplyParser::feed(ByteBuffer& buffer) {
  while (!buffer.empty()) {
    Code code;
    buffer.consume(grammar_->put(boost::asio::buffer(buffer.data(), buffer.size()), code));
    if (code == boost::beast::http::error::need_more) return State::more;
    if (code) return broken(code);
    if (!grammar_->is_done()) continue;
    if (!grammar_->is_interim()) return State::complete;
    renew();  // 1xx: the answer is still to come
  }
  return State::more;
}

inline ReplyParser::State ReplyParser::end_of_input(bool orderly) {
  if (!orderly || !grammar_->got_some()) return State::more;
  Code code;
  grammar_->put_eof(code);
  if (code) return broken(code);
  return grammar_->is_done() ? State::complete : State::broken;
}

}  // namespace p2p
