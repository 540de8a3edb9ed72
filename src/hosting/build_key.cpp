#include "hosting/build_key.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace p2p {
namespace {

namespace fs = std::filesystem;

std::optional<Digest> digest_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return sha256(bytes);
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

std::string build_key(const BuildBase& base, const std::vector<std::string>& sources,
                      const Snapshot& snapshot, const std::vector<std::string>& dependencies) {
  Sha256 sum;
  add(sum, base);
  add(sum, sources);
  for (const std::string& name : dependencies) {
    add(sum, name);
    if (!name.starts_with('/')) {
      const Snapshot::File* file =
          snapshot.find(name.starts_with("./") ? std::string_view(name).substr(2) : name);
      if (file == nullptr) return {};
      add(sum, file->bytes);
    } else if (const auto digest = digest_of_file(name)) {
      sum.add(as_text(*digest));
    } else {
      return {};
    }
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
  for (const std::string& file : files) {
    add(sum, file.substr(folder.size()));
    if (const auto digest = digest_of_file(file)) sum.add(as_text(*digest));
  }
  return text_of(sum);
}

}  // namespace p2p
