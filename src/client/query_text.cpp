#include "client/query_text.hpp"

namespace p2p {

std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (plain)
      out += c;
    else
      out.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return out;
}

QueryText& QueryText::add(std::string_view name, std::string_view value) {
  text_ += any_ ? '&' : '?';
  any_ = true;
  text_.append(name).append("=").append(percent_encoded(value));
  return *this;
}

}  // namespace p2p
