#include "hosting/build_key.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hosting/opened.hpp"

namespace p2p {
namespace {

namespace fs = std::filesystem;

/// Counts what it reads in `total`. A source may include any path: a device or a pipe would be read for ever,
/// and a file of /proc has more in it than it says, so the bytes are counted as they come.
OrReason<Digest> digest_of_file(const std::string& path, std::size_t& total) {
  const auto wrong = [&](const std::string& why) { return refuse("compile", path + ' ' + why); };
  const auto unreadable = [&] { return wrong("cannot be read: " + std::generic_category().message(errno)); };
  const Opened file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file && errno == ENOENT) return wrong("was removed while the service was compiled");
  struct stat facts{};
  if (!file || ::fstat(file.get(), &facts) != 0) return unreadable();
  if (!S_ISREG(facts.st_mode)) return wrong("is no ordinary file, and a service cannot be built from it");
  Sha256 sum;
  std::array<char, 65536> piece;
  for (std::size_t size = 0;;) {
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable();
    if (got == 0) return sum.finish();
    size += static_cast<std::size_t>(got);
    total += static_cast<std::size_t>(got);
    if (size > largest_dependency)
      return wrong("is larger than 64 MiB, and a service cannot be built from it");
    if (total > all_dependencies)
      return wrong("brings the files that the service is built from over 512 MiB together");
    sum.add({piece.data(), static_cast<std::size_t>(got)});
  }
}

/// Length first, so that no two lists of texts run together into the same bytes.
void add(Sha256& sum, std::string_view text) { sum.add(std::to_string(text.size())).add(":").add(text); }

void add(Sha256& sum, const std::vector<std::string>& texts) {
  add(sum, std::to_string(texts.size()));
  for (const std::string& text : texts) add(sum, text);
}

void add(Sha256& sum, const BuildBase& base) {
  add(sum, base.compiler);
  add(sum, base.flags);
  add(sum, base.sdk);
}

std::string text_of(Sha256& sum) {
  const Digest digest = sum.finish();
  return hex(as_text(digest));
}

}  // namespace

std::vector<std::string> parse_dependencies(std::string_view rule) {
  std::vector<std::string> names;
  std::string name;
  const auto end_name = [&] {
    if (!name.empty() && !name.ends_with(':')) names.push_back(name);
    name.clear();
  };
  for (std::size_t i = 0; i < rule.size(); ++i) {
    const char c = rule[i], next = i + 1 < rule.size() ? rule[i + 1] : '\0';
    const bool line_goes_on = c == '\\' && next == '\n';
    const bool escaped =
        (c == '\\' && (next == ' ' || next == '#' || next == '\\')) || (c == '$' && next == '$');
    if (escaped)
      name += next;
    else if (line_goes_on || c == ' ' || c == '\n' || c == '\t')
      end_name();
    else
      name += c;
    if (escaped || line_goes_on) ++i;
  }
  end_name();
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

OrReason<std::string> build_key(const BuildBase& base, const std::vector<std::string>& sources,
                                const Snapshot& snapshot, const std::vector<std::string>& dependencies) {
  Sha256 sum;
  std::size_t total = 0;
  add(sum, base);
  add(sum, sources);
  for (const std::string& name : dependencies) {
    add(sum, name);
    if (!name.starts_with('/')) {
      const Snapshot::File* file =
          snapshot.find(name.starts_with("./") ? std::string_view(name).substr(2) : name);
      if (file == nullptr) return refuse("compile", name + " is not among the service's files");
      add(sum, file->bytes);
      continue;
    }
    const auto digest = digest_of_file(name, total);
    if (!digest) return refuse(digest.error());
    sum.add(as_text(*digest));
  }
  return text_of(sum);
}

std::string whole_key(const BuildBase& base, const Snapshot& snapshot) {
  Sha256 sum;
  add(sum, base);
  for (const Snapshot::File& file : snapshot.files()) {
    add(sum, file.path);
    add(sum, file.bytes);
  }
  return text_of(sum);
}

std::string digest_of_tree(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file(error)) files.push_back(it->path().string());
  std::sort(files.begin(), files.end());
  Sha256 sum;
  std::size_t total = 0;
  for (const std::string& file : files) {
    add(sum, file.substr(folder.size()));
    if (const auto digest = digest_of_file(file, total)) sum.add(as_text(*digest));
  }
  return text_of(sum);
}

}  // namespace p2p
