// Reader: one reading of JSON text by Boost.JSON's parser, for json.cpp alone.
//
// Values and keys are pushed on two flat stacks; the end of an array or object takes its own off them, into a
// vector of just the right size. So a document costs the allocations of its Value and no more.
#pragma once

#include <memory>
#include <string_view>

#include "base/json.hpp"

namespace p2p::json {

class Reader {
 public:
  /// What becomes of the outermost object: one Value like all others, or its members as they were written.
  enum class Top { whole, members };

  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  [[nodiscard]] Result<void> read(std::string_view text, const Limits& limits, Top top);

  /// After `read` of a whole document: the document.
  [[nodiscard]] Value take();
  /// After `read` of members: hands them over. invalid_request when the document is no object.
  [[nodiscard]] Result<void> hand_to(Members& members);

  /// Forgets the document. False when it was so large that this reader is not worth keeping.
  [[nodiscard]] bool clear() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2p::json
