// Parameters: the bounds that a type alone does not tell. Collects what is wrong, so that a caller learns of
// all of it at once, in the form in which the SDK reports a wrong type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <p2p/value.hpp>

namespace system_service {

class Parameters {
 public:
  void length(std::string_view name, std::string_view given, std::size_t least, std::size_t most);
  void range(std::string_view name, std::int64_t given, std::int64_t least, std::int64_t most);
  void pid(std::string_view name, std::int64_t given);
  /// A name of the file system, from its root.
  void absolute_path(std::string_view name, const std::string& given);
  void wrong(std::string_view name, std::string what, p2p::Value got);

  /// Throws invalid_params when something is wrong.
  void raise() const;

 private:
  std::string message_;
  p2p::Value errors_ = p2p::Value::array();
};

}  // namespace system_service
