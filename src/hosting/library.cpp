#include "hosting/library.hpp"

#include <cctype>
#include <cstring>
#include <optional>
#include <utility>

#include <dlfcn.h>
#include <elf.h>
#include <unistd.h>

#include "hosting/crash_line.hpp"

namespace p2p {
namespace {

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define P2P_KEEP_LIBRARIES  // the next library may get the same addresses and would be reported falsely
#endif
#endif
#ifdef P2P_KEEP_LIBRARIES
constexpr bool keep_libraries = true;
#else
constexpr bool keep_libraries = false;
#endif

/// A loaded library and the file it came from.
class Library {
 public:
  explicit Library(std::string path)
      : path_(std::move(path)), handle_(::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL)) {}
  Library(Library&& other) noexcept
      : path_(std::move(other.path_)), handle_(std::exchange(other.handle_, nullptr)) {}
  Library& operator=(Library&&) = delete;

  [[nodiscard]] bool loaded() const noexcept { return handle_ != nullptr; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] void* handle() const noexcept { return handle_; }
  [[nodiscard]] const PluginEntry* entry() const {
    return static_cast<const PluginEntry*>(::dlsym(handle_, "p2p_plugin_v1"));
  }

  void reopen() {
    if (keep_libraries) return;
    ::dlclose(handle_);
    handle_ = ::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  /// True when nothing of it is mapped any more. Not done by the destructor: an object that is left may still
  /// run.
  bool close() {
    bool gone = true;
    if (handle_ != nullptr && !keep_libraries) {
      ::dlclose(std::exchange(handle_, nullptr));
      gone = !mapped();
    }
    ::unlink(path_.c_str());
    return gone;
  }

 private:
  [[nodiscard]] bool mapped() const {
    void* still = ::dlopen(path_.c_str(), RTLD_NOLOAD | RTLD_NOW);
    if (still != nullptr) ::dlclose(still);
    return still != nullptr;
  }

  std::string path_;
  void* handle_;
};

class LibraryInstance final : public ServiceInstance {
 public:
  LibraryInstance(Library library, const PluginEntry& entry, BaseService* object, std::string name,
                  std::string hash)
      : library_(std::move(library)),
        entry_(&entry),
        object_(object),
        name_(std::move(name)),
        hash_(std::move(hash)),
        code_(std::in_place, library_.handle(), name_) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::string_view language() const override { return "cpp"; }
  [[nodiscard]] std::string_view isolation() const override { return "in_process"; }
  [[nodiscard]] const std::string& content_hash() const override { return hash_; }
  [[nodiscard]] BaseService& object() override { return *object_; }

  /// Its own copy of the file is still there: loaded anew, so that static variables begin anew too.
  std::string renew() override {
    entry_->destroy(std::exchange(object_, nullptr));
    code_.reset();
    library_.reopen();
    if (library_.loaded()) code_.emplace(library_.handle(), name_);
    entry_ = library_.loaded() ? library_.entry() : nullptr;
    if (entry_ == nullptr) return "its library cannot be loaded a second time";
    auto object = create_object(*entry_);
    if (!object) return object.error().message;
    object_ = *object;
    return {};
  }

  bool unload() override {
    if (object_ != nullptr) entry_->destroy(std::exchange(object_, nullptr));
    code_.reset();
    return library_.close();
  }

 private:
  Library library_;
  const PluginEntry* entry_;
  BaseService* object_;
  std::string name_, hash_;
  std::optional<CodeRange> code_;
};

/// The loader's words, with the author's file in place of our copy.
std::string loader_words(const std::string& copy, const std::string& shown) {
  const char* said = ::dlerror();
  std::string words = said == nullptr ? "the loader refused it" : said;
  for (auto at = words.find(copy); at != words.npos; at = words.find(copy))
    words.replace(at, copy.size(), shown);
  return words;
}

template <class T>
T at(std::string_view bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

bool within(std::string_view bytes, std::uint64_t offset, std::uint64_t size) {
  return offset <= bytes.size() && size <= bytes.size() - offset;
}

}  // namespace

bool whole_library(std::string_view bytes) {
  if (bytes.size() < sizeof(Elf64_Ehdr) || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0) return false;
  const auto head = at<Elf64_Ehdr>(bytes, 0);
  if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_type != ET_DYN || head.e_phentsize != sizeof(Elf64_Phdr))
    return false;
  if (!within(bytes, head.e_phoff, std::uint64_t{head.e_phnum} * sizeof(Elf64_Phdr))) return false;
  if (!within(bytes, head.e_shoff, std::uint64_t{head.e_shnum} * head.e_shentsize)) return false;
  for (std::size_t i = 0; i < head.e_phnum; ++i) {
    const auto part = at<Elf64_Phdr>(bytes, head.e_phoff + i * sizeof(Elf64_Phdr));
    if (!within(bytes, part.p_offset, part.p_filesz)) return false;
  }
  return true;
}

std::string wrong_entry(const PluginEntry& entry) {
  if (entry.abi != P2P_ABI)
    return "built for SDK ABI " + std::to_string(entry.abi) + ", this node has " + std::to_string(P2P_ABI) +
           "; rebuild it";
  if (entry.size != sizeof(PluginEntry))
    return "its entry has " + std::to_string(entry.size) + " bytes, this node's has " +
           std::to_string(sizeof(PluginEntry)) + "; rebuild it";
  if (entry.create == nullptr || entry.destroy == nullptr || entry.layout == nullptr)
    return "its entry has no functions; rebuild it";
  if (entry.layout() != detail::layout_print<BaseService>())
    return "built with SDK headers that are not this node's, though their ABI is " + std::to_string(P2P_ABI) +
           " too; rebuild it with those in sdk/include beside the program";
  return {};
}

std::string distrusted_compiler(std::string_view compiler) {
  if (compiler.empty() || std::isdigit(static_cast<unsigned char>(compiler[0])) == 0)
    return {};  // clang names itself
  const auto end = std::min(compiler.find('.'), compiler.size());
  int major = 0;
  for (const char c : compiler.substr(0, end)) major = major < 1000 ? major * 10 + (c - '0') : major;
  if (major >= 13) return {};
  return "built by g++ " + std::string(compiler) +
         ", which destroys some temporaries of a co_await expression twice; use clang++-19, or g++ 13";
}

OrReason<BaseService*> create_object(const PluginEntry& entry) {
  try {
    if (BaseService* object = entry.create()) return object;
    return refuse("load", "the constructor gave nothing");
  } catch (const std::exception& error) {
    return refuse("load", std::string("the constructor threw: ") + error.what());
  } catch (...) {
    return refuse("load", "the constructor threw what is no std::exception");
  }
}

OrReason<LoadedService> load_library(const std::string& copy, const std::string& folder,
                                     const std::string& shown, std::string hash) {
  ::dlerror();
  Library library(copy);
  const auto give_up = [&](std::string why) {
    library.close();
    return refuse("load", std::move(why), shown);
  };
  if (!library.loaded()) return give_up(loader_words(copy, shown));
  const PluginEntry* entry = library.entry();
  if (entry == nullptr) return give_up("no EXPORT_SERVICE");
  if (std::string wrong = wrong_entry(*entry); !wrong.empty()) return give_up(std::move(wrong));
  auto object = create_object(*entry);
  if (!object) return give_up(std::move(object.error().message));
  LoadedService loaded;
  loaded.warning = distrusted_compiler(entry->compiler == nullptr ? "" : entry->compiler);
  const std::string name = entry->service_name == nullptr ? folder : entry->service_name;
  loaded.instance =
      std::make_unique<LibraryInstance>(std::move(library), *entry, *object, name, std::move(hash));
  return loaded;
}

}  // namespace p2p
