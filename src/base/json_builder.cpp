#include "base/json_builder.hpp"

#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "base/json_repeated.hpp"

namespace p2p::json {
namespace {

bool is_integer(boost::json::string_view digits) {
  return digits.find_first_of(".eE") == boost::json::string_view::npos;
}

}  // namespace

void Builder::begin(const Limits& limits, Reader::Top top) {
  limits_ = limits;
  top_ = top;
  count_ = 0;
  open_.clear();
  top_is_object = false;
  refusal.clear();
  values.clear();
  keys.clear();
  text_.clear();
}

std::size_t Builder::spare_bytes() const { return text_.capacity() + order_.capacity() * sizeof(order_[0]); }

bool Builder::refuse(std::string why, Code& code) {
  refusal = std::move(why);
  code = boost::json::error::exception;
  return false;
}

bool Builder::room(Code& code) {
  if (++count_ <= limits_.values) return true;
  return refuse(fmt::format("more than {} values", limits_.values), code);
}

bool Builder::push(Value value) {
  values.push_back(std::move(value));
  return true;
}

bool Builder::open(bool object, Code& code) {
  open_.push_back(object);
  if (open_.size() > limits_.depth) return refuse(fmt::format("more than {} levels", limits_.depth), code);
  return room(code);
}

bool Builder::on_array_end(std::size_t count, Code&) {
  open_.pop_back();
  const auto first = values.end() - static_cast<std::ptrdiff_t>(count);
  Array items(std::make_move_iterator(first), std::make_move_iterator(values.end()));
  values.erase(first, values.end());
  return push(Value(std::move(items)));
}

bool Builder::on_object_end(std::size_t count, Code&) {
  open_.pop_back();
  if (open_.empty() && top_ == Reader::Top::members) return top_is_object = true;
  Object members;
  members.reserve(count);
  auto key = keys.end() - static_cast<std::ptrdiff_t>(count);
  auto value = values.end() - static_cast<std::ptrdiff_t>(count);
  for (std::size_t i = 0; i < count; ++i) members.push_back({std::move(*key++), std::move(*value++)});
  keys.resize(keys.size() - count);
  values.resize(values.size() - count);
  drop_repeated(members, order_);
  return push(Value(std::move(members)));
}

bool Builder::add_part(Text part, std::size_t total, Code& code) {
  if (total > limits_.string)
    return refuse(fmt::format("a string of more than {} bytes", limits_.string), code);
  text_.append(part.data(), part.size());
  return true;
}

bool Builder::on_key(Text last, std::size_t total, Code& code) {
  if (total == last.size() && total <= limits_.string) {
    keys.emplace_back(last.data(), last.size());
    return true;
  }
  if (!add_part(last, total, code)) return false;
  keys.push_back(text_);
  text_.clear();
  return true;
}

bool Builder::on_string(Text last, std::size_t total, Code& code) {
  if (!room(code)) return false;
  if (total == last.size() && total <= limits_.string)
    return push(Value(std::string_view(last.data(), last.size())));
  if (!add_part(last, total, code)) return false;
  push(Value(std::string_view(text_)));
  text_.clear();
  return true;
}

bool Builder::on_int64(std::int64_t number, Text digits, Code& code) {
  if (digits.size() > limits_.number)
    return refuse(fmt::format("a number of more than {} digits", limits_.number), code);
  return room(code) && push(Value(number));
}

bool Builder::on_uint64(std::uint64_t, Text, Code& code) { return refuse("an integer beyond 64 bits", code); }

// The parser's own double may be off in its last place; the digits are read again.
bool Builder::on_double(double rounded, Text digits, Code& code) {
  if (digits.size() > limits_.number)
    return refuse(fmt::format("a number of more than {} digits", limits_.number), code);
  if (is_integer(digits)) return refuse("an integer beyond 64 bits", code);
  double number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec == std::errc::result_out_of_range) {
    if (rounded > 1 || rounded < -1) return refuse("a number beyond a double", code);
    number = 0;  // nearer to zero than any double
  }
  return room(code) && push(Value(number));
}

}  // namespace p2p::json
