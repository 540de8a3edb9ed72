#include "cli/call_parameters.hpp"

#include "cli/method_hint.hpp"
#include "cli/parameters.hpp"
#include "cli/secret_file.hpp"
#include "model/method_path.hpp"

namespace p2p {
namespace {

constexpr std::size_t file_limit = 16 * 1024 * 1024;

}  // namespace

Result<Value> look_at_method(P2PClient& client, const std::string& method) {
  const Result<MethodPath> path = MethodPath::parse(method);
  if (!path) return Value();  // the call itself says that it is none
  Result<Value> known = client.get("/methods/" + path->text());
  if (known) return known;
  if (known.error().code() == Errc::forbidden) return Value();
  return fail(with_method_hint(client, method, known.error()));
}

Result<Value> call_parameters(const Invocation& said, const MethodLook& look) {
  const FileReader read_file = [](const std::string& path) { return read_whole(path, file_limit); };
  const std::vector<std::string>& words = said.all("key=value");
  if (said.has("data") && !words.empty())
    return fail(Errc::invalid_params, "-d and key=value do not go together");
  if (said.has("data")) return read_document(said.text("data"), read_file);
  if (!needs_schema(words)) return read_parameters(words, Value(), read_file);
  const Result<Value> known = look();
  if (!known) return fail(known.error());
  return read_parameters(words, (*known)["params_schema"], read_file);
}

}  // namespace p2p
