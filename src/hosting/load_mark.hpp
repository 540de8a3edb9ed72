// LoadMark: stands on disk while a library is being loaded, which runs code of its own: code that may end the
// node or never return. A node that finds the mark of a dead one does not load the same version again, or it
// would die at every start.
//
// Threads: the loop's own. Lifetime: that of the loading.
#pragma once

#include <string>

namespace p2p {

class LoadMark {
 public:
  /// Puts the mark into `folder`, unless one of a dead node stands there for the same `content`.
  LoadMark(const std::string& folder, const std::string& content);
  LoadMark(const LoadMark&) = delete;
  LoadMark& operator=(const LoadMark&) = delete;
  /// Takes away whatever mark there is: somebody wants to try again.
  static void forget(const std::string& folder);
  /// Takes its own mark away.
  ~LoadMark();

  /// A node has ended while it loaded this content.
  [[nodiscard]] bool blames() const noexcept { return blames_; }

 private:
  std::string path_;
  bool blames_ = false;
};

}  // namespace p2p
