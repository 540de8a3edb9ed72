#include "hosting/builtin_instance.hpp"

#include <string>
#include <utility>

#include "hosting/library.hpp"

namespace p2p {
namespace {

class BuiltinInstance final : public ServiceInstance {
 public:
  BuiltinInstance(const PluginEntry& entry, BaseService* object)
      : entry_(entry), object_(object), name_(entry.service_name) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::string_view language() const override { return "cpp"; }
  [[nodiscard]] std::string_view isolation() const override { return "builtin"; }
  [[nodiscard]] const std::string& content_hash() const override { return hash_; }
  [[nodiscard]] BaseService& object() override { return *object_; }

  std::string renew() override {
    entry_.destroy(std::exchange(object_, nullptr));
    auto object = create_object(entry_);
    if (!object) return object.error().message;
    object_ = *object;
    return {};
  }

  bool unload() override {
    if (object_ != nullptr) entry_.destroy(std::exchange(object_, nullptr));
    return true;
  }

 private:
  const PluginEntry& entry_;
  BaseService* object_;
  std::string name_, hash_;
};

}  // namespace

OrReason<std::unique_ptr<ServiceInstance>> builtin_instance(const PluginEntry& entry) {
  if (std::string wrong = wrong_entry(entry); !wrong.empty()) return refuse("load", std::move(wrong));
  if (entry.service_name == nullptr) return refuse("load", "a built-in service needs a SERVICE_NAME");
  auto object = create_object(entry);
  if (!object) return refuse(std::move(object.error()));
  return std::make_unique<BuiltinInstance>(entry, *object);
}

}  // namespace p2p
