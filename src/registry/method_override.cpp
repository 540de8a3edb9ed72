#include "registry/method_override.hpp"

#include <algorithm>

#include "registry/generation.hpp"

namespace p2p {
namespace {

/// Takes the operator's word, when there is one, and keeps the option's name for the listings.
template <class T, class U>
void take(const std::optional<T>& word, U& into, const char* option, MethodEntry& entry) {
  if (!word) return;
  into = *word;
  entry.overridden.emplace_back(option);
}

}  // namespace

std::vector<std::string> apply(const MethodOverride& words, MethodEntry& entry) {
  std::vector<std::string> loosened;
  if (words.is_public.value_or(false) && !entry.is_public)
    loosened.push_back(entry.path + " is public, where the code says it is not");
  if (words.role && *words.role < entry.role)
    loosened.push_back(entry.path + " needs role " + std::string(role_name(*words.role)) +
                       ", where the code says " + std::string(role_name(entry.role)));
  if (words.secrets)
    for (const std::string& name : entry.secrets)
      if (std::find(words.secrets->begin(), words.secrets->end(), name) == words.secrets->end())
        loosened.push_back(entry.path + ": " + name + " is logged, where the code says it is secret");
  // As in the code: what is public may be broadcast, what is cached may be asked again, unless said
  // otherwise.
  const bool follows = entry.info == nullptr || !entry.info->options.broadcastable_given;
  take(words.description, entry.description, "description", entry);
  take(words.is_public, entry.is_public, "public", entry);
  take(words.role, entry.role, "role", entry);
  take(words.timeout_ns, entry.timeout_ns, "timeout", entry);
  take(words.cache_ttl_ns, entry.cache_ttl_ns, "cache_ttl", entry);
  take(words.cache_scope, entry.cache_scope, "cache_scope", entry);
  take(words.cache_tags, entry.cache_tags, "cache_tags", entry);
  if (words.is_public && follows) entry.broadcastable = entry.is_public;
  if (words.cache_ttl_ns.value_or(0) > 0) entry.idempotent = true;
  take(words.idempotent, entry.idempotent, "idempotent", entry);
  take(words.broadcastable, entry.broadcastable, "broadcastable", entry);
  take(words.max_concurrency, entry.max_concurrency, "max_concurrency", entry);
  take(words.max_body, entry.max_body, "max_body", entry);
  take(words.secrets, entry.secrets, "secret", entry);
  return loosened;
}

}  // namespace p2p
