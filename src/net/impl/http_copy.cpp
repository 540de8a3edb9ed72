#include "net/impl/http_copy.hpp"

namespace p2p {
namespace {

std::size_t size_of(const HttpRequest& request) {
  std::size_t size = request.method.size() + request.target.size() + request.path.size() +
                     request.query.size() + request.body.size();
  for (const HttpField& field : request.fields) size += field.name.size() + field.value.size();
  return size;
}

}  // namespace

std::string_view HttpCopy::keep(std::string_view text) {
  const std::size_t begin = text_.size();
  text_.append(text);
  return std::string_view(text_).substr(begin);
}

HttpCopy::HttpCopy(const HttpRequest& request) : request_(request) {
  text_.reserve(size_of(request));
  fields_.reserve(request.fields.size());
  request_.method = keep(request.method);
  request_.target = keep(request.target);
  request_.path = keep(request.path);
  request_.query = keep(request.query);
  request_.body = keep(request.body);
  for (const HttpField& field : request.fields) {
    const std::string_view name = keep(field.name);
    fields_.push_back({name, keep(field.value)});
  }
  request_.fields = fields_;
  if (request.client != nullptr) request_.client = &(client_ = *request.client);
  if (request.server != nullptr) request_.server = &(server_ = *request.server);
}

}  // namespace p2p
