#include "hosting/service_template.hpp"

namespace p2p {

extern const char* const cpp_template_files[][2];  // made by p2p_embed_text

namespace {

std::string filled_in(std::string text, std::string_view service) {
  constexpr std::string_view mark = "@NAME@";
  for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + service.size()))
    text.replace(at, mark.size(), service);
  return text;
}

}  // namespace

std::vector<TemplateFile> cpp_template(std::string_view service) {
  std::vector<TemplateFile> files;
  for (const auto* row = cpp_template_files; (*row)[0] != nullptr; ++row) {
    const std::string name = (*row)[0];
    files.push_back({name, filled_in((*row)[1], service), name.ends_with(".sh")});
  }
  return files;
}

}  // namespace p2p
