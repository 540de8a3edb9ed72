// HttpCopy: a request that outlives the buffer it was read from; and an answer that outlives its maker's.
#pragma once

#include <string>
#include <vector>

#include "net/http_server.hpp"

namespace p2p {

class HttpCopy {
 public:
  explicit HttpCopy(const HttpRequest& request);
  HttpCopy(const HttpCopy&) = delete;
  HttpCopy& operator=(const HttpCopy&) = delete;

  /// Views into this.
  [[nodiscard]] const HttpRequest& request() const noexcept { return request_; }
  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }

 private:
  [[nodiscard]] std::string_view keep(std::string_view text);

  std::string text_;  // of everything, one after another; never moved once it is filled
  std::vector<HttpField> fields_;
  Endpoint client_, server_;
  HttpRequest request_;
};

struct HttpAnswerCopy {
  explicit HttpAnswerCopy(const HttpAnswer& answer)
      : status(answer.status),
        content_type(answer.content_type),
        headers(answer.headers),
        body(answer.body),
        close(answer.close) {}
  [[nodiscard]] HttpAnswer view() const {
    return {.status = status, .content_type = content_type, .headers = headers, .body = body, .close = close};
  }

  int status;
  std::string content_type, headers, body;
  bool close;
};

}  // namespace p2p
