#include "hosting/compile_error.hpp"

#include <charconv>
#include <optional>
#include <vector>

namespace p2p {
namespace {

struct Place {
  std::string_view file;
  int line = 0, column = 0;
};
struct Diagnostic {
  Place place;
  std::string_view kind, message;  // "error", "fatal error", "note", "warning"
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

/// Takes ":12" from the end of `text`.
int take_number(std::string_view& text) {
  const auto colon = text.rfind(':');
  int number = 0;
  if (colon == text.npos) return 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + colon + 1, end, number);
  if (read.ec != std::errc{} || read.ptr != end || number <= 0) return 0;
  text = text.substr(0, colon);
  return number;
}

/// "a/b.cpp:12:5", "a/b.cpp:12", "ld.lld-19".
Place place_of(std::string_view text) {
  Place place;
  const int last = take_number(text);
  const int before = last > 0 ? take_number(text) : 0;
  place.file = text;
  place.line = before > 0 ? before : last;
  place.column = before > 0 ? last : 0;
  return place;
}

/// Lines of source that are quoted in a diagnostic may hold the same words: they stand behind a bar.
std::optional<Diagnostic> parse(std::string_view line) {
  for (const std::string_view kind : {"fatal error", "error", "note", "warning"}) {
    const std::string mark = ": " + std::string(kind) + ": ";
    const auto at = line.find(mark);
    if (at == line.npos || line.substr(0, at).find(" | ") != line.npos) continue;
    return Diagnostic{place_of(line.substr(0, at)), kind, line.substr(at + mark.size())};
  }
  return std::nullopt;
}

/// Whose place counts: a file in the author's folder. Cuts what stands before it.
class Own {
 public:
  Own(std::string_view folder, std::string_view services_dir)
      : begin_(std::string(folder) + '/'), before_(services_dir) {
    if (!before_.ends_with('/')) before_ += '/';
  }

  [[nodiscard]] bool take(Place& place) const {
    if (place.file.starts_with(before_)) place.file.remove_prefix(before_.size());
    if (place.file.starts_with("./")) place.file.remove_prefix(2);
    return place.file.starts_with(begin_) && place.line > 0;
  }

 private:
  std::string begin_, before_;
};

/// "In file included from my_service/main.cpp:3:"
std::optional<Place> included_from(std::string_view line) {
  constexpr std::string_view words = "In file included from ";
  if (!line.starts_with(words)) return std::nullopt;
  line.remove_prefix(words.size());
  if (line.ends_with(':')) line.remove_suffix(1);
  return place_of(line);
}

/// ">>> referenced by main.cpp:7 (/services/my_service/main.cpp:7)"
std::optional<Place> referenced_by(std::string_view line) {
  if (!line.starts_with(">>> referenced by ")) return std::nullopt;
  const auto open = line.find('(');
  if (open == line.npos || !line.ends_with(')')) return std::nullopt;
  return place_of(line.substr(open + 1, line.size() - open - 2));
}

/// The place in the author's files nearest to the error in line `at`: a note or reference after it, else the
/// include that led there.
std::optional<Place> own_place(const std::vector<std::string_view>& lines, std::size_t at, const Own& own) {
  for (std::size_t i = at + 1; i < lines.size(); ++i) {
    if (auto place = referenced_by(lines[i]); place && own.take(*place)) return place;
    auto next = parse(lines[i]);
    if (next && next->kind != "note") break;
    if (next && own.take(next->place)) return next->place;
  }
  for (std::size_t i = at; i-- > 0;) {
    auto place = included_from(lines[i]);
    if (!place) break;
    if (own.take(*place)) return place;
  }
  return std::nullopt;
}

/// What stands between `begin` and `end`, or nothing.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto from = text.find(begin);
  if (from == text.npos) return {};
  text.remove_prefix(from + begin.size());
  const auto to = text.rfind(end);
  return to == text.npos ? std::string_view{} : text.substr(0, to);
}

/// "Reply, 1, void *", the template arguments of the SDK's own check, in words.
std::string field_in_words(std::string_view arguments) {
  const auto first = arguments.find(", "), second = arguments.find(", ", first + 2);
  int index = 0;
  if (first == arguments.npos || second == arguments.npos) return {};
  const std::string_view number = arguments.substr(first + 2, second - first - 2);
  std::from_chars(number.data(), number.data() + number.size(), index);
  return "field " + std::to_string(index + 1) + " of " + std::string(arguments.substr(0, first)) + ", " +
         std::string(arguments.substr(second + 2));
}

/// The sentence of a failed static_assert instead of its condition; of the SDK's checks of types, with the
/// type.
std::string plain_words(std::string_view message, const std::vector<std::string_view>& lines,
                        std::size_t at) {
  constexpr std::string_view failed = "static assertion failed";
  const auto sentence = message.find("': ");
  if (!message.starts_with(failed) || sentence == message.npos) return std::string(message);
  std::string words(message.substr(sentence + 3));
  if (!words.starts_with("p2p: ")) return words;
  words.erase(0, 5);
  std::string what(between(message.substr(0, sentence), "travels<", ">()"));
  for (std::size_t i = at + 1; i < lines.size() && words.starts_with("this field"); ++i)
    if (const auto found = between(lines[i], "FieldTravels<", ">' requested here"); !found.empty()) {
      what = field_in_words(found);
      break;
    }
  return what.empty() ? words : words + ": " + what;
}

}  // namespace

FailureReason compile_error(std::string_view output, std::string_view folder, std::string_view services_dir) {
  FailureReason reason{"compile", {}, {}, 0, 0, {}};
  const std::vector<std::string_view> lines = lines_of(output);
  const Own own(folder, services_dir);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto found = parse(lines[i]);
    if (!found || found->kind == "note" || found->kind == "warning") continue;
    reason.message = plain_words(found->message, lines, i);
    std::optional<Place> place = found->place;
    if (!own.take(*place)) place = own_place(lines, i, own);
    if (!place) return reason;
    reason.file = place->file;
    reason.line = place->line;
    reason.column = place->column;
    return reason;
  }
  return reason;
}

std::vector<FailureReason> compile_warnings(std::string_view output, std::string_view folder,
                                            std::string_view services_dir) {
  std::vector<FailureReason> warnings;
  const Own own(folder, services_dir);
  for (const std::string_view line : lines_of(output)) {
    auto found = parse(line);
    if (!found || found->kind != "warning" || !own.take(found->place)) continue;
    warnings.push_back({"compile",
                        std::string(found->message),
                        std::string(found->place.file),
                        found->place.line,
                        found->place.column,
                        {}});
  }
  return warnings;
}

bool lacks_header(const FailureReason& reason) {
  return reason.step == "compile" && reason.message.ends_with("file not found");
}

}  // namespace p2p
