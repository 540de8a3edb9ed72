#include "base/json.hpp"

#include <memory>

#include "base/json_reader.hpp"

namespace p2p::json {
namespace {

// A thread's parser between two uses. While it is in use there is none here, so that whoever parses inside a
// callback gets a second one.
thread_local std::unique_ptr<Reader> spare;

class Borrowed {
 public:
  Borrowed() : reader_(spare ? std::move(spare) : std::make_unique<Reader>()) {}
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() {
    if (reader_->clear()) spare = std::move(reader_);
  }
  Reader* operator->() const { return reader_.get(); }

 private:
  std::unique_ptr<Reader> reader_;
};

}  // namespace

Result<Value> parse(std::string_view text, const Limits& limits) {
  const Borrowed reader;
  if (auto read = reader->read(text, limits, Reader::Top::whole); !read) return fail(std::move(read.error()));
  return reader->take();
}

Result<void> read_members(std::string_view text, Members& members, const Limits& limits) {
  const Borrowed reader;
  if (auto read = reader->read(text, limits, Reader::Top::members); !read) return read;
  return reader->hand_to(members);
}

}  // namespace p2p::json
