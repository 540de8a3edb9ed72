#include <algorithm>

#include <p2p/error.hpp>
#include <p2p/value.hpp>

namespace p2p {
namespace {

// Never destroyed: a reference to it may be held by whatever runs at the end of the program.
const Value& null_value() noexcept {
  static const Value& null = *new Value;
  return null;
}

[[noreturn]] void wrong_kind(Value::Kind expected, Value::Kind got) {
  throw Error(Errc::invalid_params,
              "expected " + std::string(kind_name(expected)) + ", got " + std::string(kind_name(got)));
}

Member* find_member(Object& members, std::string_view key) noexcept {
  const auto found = std::ranges::find(members, key, &Member::first);
  return found == members.end() ? nullptr : &*found;
}

// Two documents with the same members mostly have them in the same order: `position` is tried first.
const Value* find_near(const Object& members, std::size_t position, const Value& all, std::string_view key) {
  return members[position].first == key ? &members[position].second : all.find(key);
}

}  // namespace

std::string_view kind_name(Value::Kind kind) noexcept {
  switch (kind) {
    case Value::Kind::null: return "null";
    case Value::Kind::boolean: return "boolean";
    case Value::Kind::integer: return "integer";
    case Value::Kind::real: return "number";
    case Value::Kind::string: return "string";
    case Value::Kind::array: return "array";
    case Value::Kind::object: return "object";
  }
  return "unknown";
}

Value::Value(const char* text) : integer_(0) {
  if (text == nullptr) return;
  string_ = new std::string(text);
  kind_ = Kind::string;
}
Value::Value(std::string_view text) : kind_(Kind::string), string_(new std::string(text)) {}
Value::Value(std::string text) : kind_(Kind::string), string_(new std::string(std::move(text))) {}
Value::Value(Array items) : kind_(Kind::array), array_(new Array(std::move(items))) {}
Value::Value(Object members) : kind_(Kind::object), object_(new Object(std::move(members))) {}

Value::Value(std::initializer_list<Member> members) : integer_(0) {
  Object object;
  object.reserve(members.size());
  for (const Member& member : members) {
    if (Member* earlier = find_member(object, member.first)) {
      earlier->second = member.second;
    } else {
      object.push_back(member);
    }
  }
  *this = Value(std::move(object));
}

Value::Value(const Value& other) : kind_(other.kind_), integer_(other.integer_) {
  switch (kind_) {
    case Kind::null:
    case Kind::boolean:
    case Kind::integer:
    case Kind::real: break;  // one word, already copied
    case Kind::string: string_ = new std::string(*other.string_); break;
    case Kind::array: array_ = new Array(*other.array_); break;
    case Kind::object: object_ = new Object(*other.object_); break;
  }
}

Value& Value::operator=(const Value& other) {
  if (this != &other) *this = Value(other);
  return *this;
}

void Value::destroy() noexcept {
  switch (kind_) {
    case Kind::null:
    case Kind::boolean:
    case Kind::integer:
    case Kind::real: break;
    case Kind::string: delete string_; break;
    case Kind::array: delete array_; break;
    case Kind::object: delete object_; break;
  }
}

// Text that comes in holds no such number, so the method that made it has failed, not its caller.

void Value::refuse_integer(std::uint64_t number) {
  throw Error(Errc::method_failed, "the integer " + std::to_string(number) + " is above 2^63 - 1");
}

void Value::refuse_real() { throw Error(Errc::method_failed, "a number must be finite"); }

Value Value::array(std::initializer_list<Value> items) { return Value(Array(items)); }

Value Value::object() { return Value(Object{}); }

bool Value::as_bool() const {
  if (kind_ != Kind::boolean) wrong_kind(Kind::boolean, kind_);
  return integer_ != 0;
}

std::int64_t Value::as_int() const {
  if (kind_ != Kind::integer) wrong_kind(Kind::integer, kind_);
  return integer_;
}

double Value::as_double() const {
  if (kind_ == Kind::real) return real_;
  if (kind_ != Kind::integer) wrong_kind(Kind::real, kind_);
  return static_cast<double>(integer_);
}

const std::string& Value::as_string() const {
  if (kind_ != Kind::string) wrong_kind(Kind::string, kind_);
  return *string_;
}

const Array& Value::as_array() const {
  if (kind_ != Kind::array) wrong_kind(Kind::array, kind_);
  return *array_;
}

const Object& Value::as_object() const {
  if (kind_ != Kind::object) wrong_kind(Kind::object, kind_);
  return *object_;
}

const Value* Value::find(std::string_view key) const noexcept {
  if (kind_ != Kind::object) return nullptr;
  const Member* member = find_member(*object_, key);
  return member ? &member->second : nullptr;
}

const Value& Value::operator[](std::string_view key) const noexcept {
  const Value* member = find(key);
  return member ? *member : null_value();
}

const Value& Value::operator[](std::size_t index) const noexcept {
  return kind_ == Kind::array && index < array_->size() ? (*array_)[index] : null_value();
}

std::size_t Value::size() const noexcept {
  if (kind_ == Kind::array) return array_->size();
  return kind_ == Kind::object ? object_->size() : 0;
}

Value& Value::set(std::string_view key, Value value) {
  Object& members = make_object();
  if (Member* member = find_member(members, key)) {
    member->second = std::move(value);
  } else {
    members.push_back({std::string(key), std::move(value)});
  }
  return *this;
}

Value& Value::push_back(Value item) {
  make_array().push_back(std::move(item));
  return *this;
}

Array& Value::make_array() {
  if (kind_ == Kind::null) *this = Value(Array{});
  if (kind_ != Kind::array) wrong_kind(Kind::array, kind_);
  return *array_;
}

Object& Value::make_object() {
  if (kind_ == Kind::null) *this = Value(Object{});
  if (kind_ != Kind::object) wrong_kind(Kind::object, kind_);
  return *object_;
}

bool Value::operator==(const Value& other) const noexcept {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case Kind::null: return true;
    case Kind::boolean:
    case Kind::integer: return integer_ == other.integer_;
    case Kind::real: return real_ == other.real_;
    case Kind::string: return *string_ == *other.string_;
    case Kind::array: return *array_ == *other.array_;
    case Kind::object: break;
  }
  const Object& mine = *object_;
  const Object& theirs = *other.object_;
  if (mine.size() != theirs.size()) return false;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    const Value* same = find_near(theirs, i, other, mine[i].first);
    if (same == nullptr || !(mine[i].second == *same)) return false;
  }
  return true;
}

}  // namespace p2p
