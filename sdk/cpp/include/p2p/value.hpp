// Value: the one document type. Whatever travels between services, nodes and the outside is a Value:
// null, boolean, 64-bit integer, double, string, array, or object (members in order of insertion).
//
// 16 bytes; what is not trivial lives in libp2psdk.so, so this header stays cheap to compile and a Value
// may cross from one library into another. Moving never allocates; copying copies the whole document.
// Text (JSON) is not its business: the node parses and prints.
//
// Threads: like std::string, one at a time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#define P2P_API __attribute__((visibility("default")))

namespace p2p {

class Value;
struct Member;
using Array = std::vector<Value>;
using Object = std::vector<Member>;  ///< in order of insertion; a key stands once

class P2P_API Value {
 public:
  enum class Kind : std::uint8_t { null, boolean, integer, real, string, array, object };

  // NOLINTBEGIN(google-explicit-constructor): a document is written down like JSON
  Value() noexcept : integer_(0) {}
  Value(std::nullptr_t) noexcept : integer_(0) {}
  template <std::same_as<bool> B>
  Value(B flag) noexcept : kind_(Kind::boolean), integer_(flag ? 1 : 0) {}
  /// An unsigned integer above 2^63 - 1 throws invalid_params: it is refused, not rounded.
  template <std::integral I>
    requires(!std::same_as<I, bool>)
  Value(I number) : kind_(Kind::integer), integer_(static_cast<std::int64_t>(number)) {
    if (!std::in_range<std::int64_t>(number)) refuse_integer(static_cast<std::uint64_t>(number));
  }
  /// A number that is not finite throws method_failed: JSON has no word for it.
  template <std::floating_point F>
  Value(F number) : kind_(Kind::real), real_(static_cast<double>(number)) {
    if (!(real_ - real_ == 0)) refuse_real();
  }
  Value(const char* text);
  Value(std::string_view text);
  Value(std::string text);
  Value(Array items);
  Value(Object members);  // the keys are taken on trust
  // NOLINTEND(google-explicit-constructor)
  /// `Value{{"a", 1}, {"b", "x"}}` is an object; a key given twice keeps its last value.
  Value(std::initializer_list<Member> members);
  Value(const Value& other);
  Value(Value&& other) noexcept : kind_(other.kind_), integer_(other.integer_) {
    other.kind_ = Kind::null;
    other.integer_ = 0;
  }
  Value& operator=(const Value& other);
  /// `other` may be a part of this document.
  Value& operator=(Value&& other) noexcept {
    Value taken(std::move(other));
    std::swap(kind_, taken.kind_);
    std::swap(integer_, taken.integer_);
    return *this;
  }
  ~Value() {
    if (kind_ >= Kind::string) destroy();
  }

  [[nodiscard]] static Value array(std::initializer_list<Value> items = {});
  [[nodiscard]] static Value object();

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_null() const noexcept { return kind_ == Kind::null; }
  [[nodiscard]] bool is_string() const noexcept { return kind_ == Kind::string; }
  [[nodiscard]] bool is_array() const noexcept { return kind_ == Kind::array; }
  [[nodiscard]] bool is_object() const noexcept { return kind_ == Kind::object; }

  /// The next six throw invalid_params on another kind. `as_int` takes integers only, `as_double` both.
  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_int() const;
  [[nodiscard]] double as_double() const;
  [[nodiscard]] const std::string& as_string() const;
  [[nodiscard]] const Array& as_array() const;
  [[nodiscard]] const Object& as_object() const;

  /// As a `T`, or `fallback` when this is null. Throws invalid_params on another kind (see convert.hpp).
  template <class T>
  [[nodiscard]] T get(T fallback = T{}) const;

  /// The member called `key`, or null when this is no object or has none.
  [[nodiscard]] const Value* find(std::string_view key) const noexcept;
  /// As `find`, with the null Value for what is absent, so that `v["a"]["b"]` never fails.
  [[nodiscard]] const Value& operator[](std::string_view key) const noexcept;
  [[nodiscard]] const Value& operator[](const char* key) const noexcept {
    return (*this)[std::string_view(key)];
  }
  /// The item at `index`, or the null Value.
  [[nodiscard]] const Value& operator[](std::size_t index) const noexcept;
  [[nodiscard]] const Value& operator[](int index) const noexcept {
    return (*this)[static_cast<std::size_t>(index)];
  }
  /// Items of an array, members of an object, 0 for the rest.
  [[nodiscard]] std::size_t size() const noexcept;

  /// Sets or replaces a member. A null Value becomes an object first; other kinds throw invalid_params.
  Value& set(std::string_view key, Value value);
  /// Appends an item. A null Value becomes an array first; other kinds throw invalid_params.
  Value& push_back(Value item);
  /// The items or members to write to; null becomes empty ones, other kinds throw invalid_params.
  Array& make_array();
  Object& make_object();

  /// Equal documents: the same kinds, and members in any order.
  [[nodiscard]] bool operator==(const Value& other) const noexcept;

 private:
  [[noreturn]] static void refuse_integer(std::uint64_t number);
  [[noreturn]] static void refuse_real();
  void destroy() noexcept;

  Kind kind_ = Kind::null;
  union {
    std::int64_t integer_;  // also the boolean, so that a move copies one word
    double real_;
    std::string* string_;
    Array* array_;
    Object* object_;
  };
};

static_assert(sizeof(Value) == 16);

struct Member {
  std::string first;
  Value second;
};

/// "null", "boolean", "integer", "number", "string", "array", "object": the words of JSON Schema.
[[nodiscard]] P2P_API std::string_view kind_name(Value::Kind kind) noexcept;

}  // namespace p2p
