#include "state/audit_reader.hpp"

#include <algorithm>
#include <charconv>
#include <ranges>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/audit_resume.hpp"
#include "state/descriptor.hpp"

namespace p2p {
namespace {

constexpr std::size_t block = 256 * 1024;

std::uint64_t number_of(std::string_view line) {
  constexpr std::string_view begin = R"({"seq":)";
  std::uint64_t number = 0;
  if (line.starts_with(begin)) std::from_chars(line.data() + begin.size(), line.data() + line.size(), number);
  return number;
}

bool holds(std::string_view line, std::string_view text) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return text.empty() || !std::ranges::search(line, text, same).empty();
}

/// Takes records from the newest on until the page is full or the budget is spent.
class Pager {
 public:
  Pager(const AuditPageQuery& query, std::size_t budget)
      : query_(query), budget_(budget), last_(query.before) {}

  [[nodiscard]] bool done() const { return done_; }
  AuditPage take_page() { return std::move(page_); }

  /// The file's lines from its end to its beginning. What has no line feed yet is still being written.
  [[nodiscard]] Result<void> read(int file, const std::string& name) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) return system_failure(name, "stat");
    if (begins_after(file)) return {};
    std::string text;  // from `at` on, without the lines that were seen
    bool complete = false;
    for (auto at = static_cast<std::size_t>(facts.st_size); at > 0 && !done_;) {
      const std::size_t size = std::min(at, block);
      std::string before(size, '\0');
      const ssize_t count = ::pread(file, before.data(), size, static_cast<off_t>(at - size));
      if (count != static_cast<ssize_t>(size)) return system_failure(name, "read");
      at -= size;
      text.insert(0, before);
      take_lines(text, at == 0, complete);
    }
    return {};
  }

 private:
  /// Nothing in the file is of this page, and what is newest is known already.
  [[nodiscard]] bool begins_after(int file) const {
    char begin[64] = {};
    const ssize_t count = ::pread(file, begin, sizeof begin, 0);
    return page_.newest != 0 && count > 0 && number_of({begin, static_cast<std::size_t>(count)}) >= last_;
  }
  /// Takes whole lines from the end of `text`; `first` when it begins where the file does.
  void take_lines(std::string& text, bool first, bool& complete) {
    if (!complete) {  // the torn end
      const auto end = text.rfind('\n');
      if (end == text.npos) return;
      text.resize(end);
      complete = true;
    }
    while (!done_) {
      const auto feed = text.rfind('\n');
      if (feed == text.npos && !first) return;
      const std::size_t begin = feed == text.npos ? 0 : feed + 1;
      see(std::string_view(text).substr(begin));
      if (feed == text.npos) return text.clear();
      text.resize(feed);
    }
  }
  void see(std::string_view line) {
    const std::uint64_t number = number_of(line);
    if (number == 0) return;  // no record of ours
    page_.newest = std::max(page_.newest, number);
    if (number >= last_) return;  // of a later page, or seen before the file was put aside
    if (page_.lines.size() == query_.limit || budget_ == 0) {
      page_.next = last_;
      done_ = true;
      return;
    }
    last_ = number;
    budget_ -= std::min(budget_, line.size());
    if (holds(line, query_.text)) page_.lines.emplace_back(line);
  }

  const AuditPageQuery& query_;
  std::size_t budget_;
  std::uint64_t last_;
  bool done_ = false;
  AuditPage page_;
};

}  // namespace

Result<AuditPage> read_audit_page(const std::filesystem::path& file, const AuditPageQuery& query,
                                  std::size_t budget) {
  Pager pager(query, budget);
  // Opened before the others are listed: put aside in between, it is met twice and not missed.
  const Descriptor current(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!current.open()) return fail(Errc::not_found, file.native() + ": cannot be read");
  const auto aside = rotated_audit_files(file);
  if (auto read = pager.read(current.get(), file.native()); !read) return fail(read.error());
  for (const auto& older : aside | std::views::reverse) {
    if (pager.done()) break;
    const Descriptor opened(::open(older.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!opened.open()) continue;  // deleted by whoever keeps order here
    if (auto read = pager.read(opened.get(), older.native()); !read) return fail(read.error());
  }
  return pager.take_page();
}

}  // namespace p2p
