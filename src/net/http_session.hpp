// HttpSession: a client's connection to one server, for one question after another: connects when it must,
// keeps the connection while the server does, hands the answer on as it comes. No TLS, no redirects, no
// pipelining. What an answer may be in size and time is its asker's business: it closes the session.
//
// Threads:  the loop's own.
// Lifetime: the loop and whoever is told outlive the session, or close it before.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "net/loop.hpp"

namespace p2p {

struct HttpQuestion {
  std::string_view method = "GET";
  std::string_view target = "/";
  std::string_view headers{};  ///< further lines, each ending with \r\n; Host and Content-Length are added
  std::string_view body{};
};

/// The head of an answer; valid while it is told.
struct HttpReplyHead {
  int status = 0;
  std::string_view fields;  ///< "name: value\r\n" for each, the names in small letters

  /// The value of a header, its name in small letters; empty when it is absent.
  [[nodiscard]] std::string_view field(std::string_view name) const;
};

/// Told what comes back. May close the session from inside; may ask the next question from `on_reply_end`.
class HttpReply {
 public:
  virtual void on_reply_head(const HttpReplyHead& head) = 0;
  virtual void on_reply_body(std::string_view piece) = 0;
  /// Once for each question that was not closed: the answer is complete, or why it is not:
  /// node_unreachable with `reason` ("connection refused"), parse_error when what came is no HTTP answer.
  virtual void on_reply_end(Result<void> end) = 0;

 protected:
  ~HttpReply() = default;
};

class HttpSession {
 public:
  HttpSession(Loop& loop, const Endpoint& server);
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;
  ~HttpSession();

  /// Asks; only when no question is under way. Copies what it needs.
  void ask(const HttpQuestion& question, HttpReply& reply);
  /// Closes the connection; nobody is told anything more. The next question connects anew.
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the operation that is under way
};

}  // namespace p2p
