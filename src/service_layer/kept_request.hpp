// KeptRequest: what an answer needs of a request that is gone when it comes: the audit record must be on disk
// first, a service must have stopped.
//
// Threads: the loop's.
#pragma once

#include <memory>
#include <string>

#include "base/endpoint.hpp"
#include "service_layer/door.hpp"

namespace p2p {

class KeptRequest {
 public:
  explicit KeptRequest(const Request& request);
  KeptRequest(const KeptRequest&) = delete;
  KeptRequest& operator=(const KeptRequest&) = delete;

  /// Without the body and without most headers.
  [[nodiscard]] const Request& operator*() const noexcept { return request_; }

 private:
  std::string method_, path_, accept_encoding_, if_none_match_;
  Endpoint client_, server_;
  HttpRequest http_;
  Request request_;
};

[[nodiscard]] inline std::shared_ptr<KeptRequest> keep(const Request& request) {
  return std::make_shared<KeptRequest>(request);
}

}  // namespace p2p
