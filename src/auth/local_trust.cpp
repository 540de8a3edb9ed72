#include "auth/local_trust.hpp"

#include <algorithm>

#include "auth/host_check.hpp"

namespace p2p {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool named(std::string_view name, std::string_view wanted) noexcept {
  return std::ranges::equal(name, wanted, [](char a, char b) { return lower(a) == b; });
}

bool is_forwarding(std::string_view name) noexcept {
  constexpr std::string_view prefix = "x-forwarded-";
  return named(name, "forwarded") || named(name, "x-real-ip") || named(name, "via") ||
         (name.size() > prefix.size() && named(name.substr(0, prefix.size()), prefix));
}

bool is_json(std::string_view content_type) noexcept {
  std::string_view media = content_type.substr(0, content_type.find(';'));
  while (!media.empty() && (media.back() == ' ' || media.back() == '\t')) media.remove_suffix(1);
  return named(media, "application/json");
}

std::string wrong_sender(const LocalTrustFacts& facts) {
  if (!facts.enabled) return "auth.local_trust is off; send Authorization: Bearer with a token";
  if (!facts.listeners_loopback) return "this node listens on a network address";
  if (!facts.client_loopback || !facts.server_loopback)
    return "request does not come over a loopback address";
  if (!facts.socket_owner) return "the owner of the client's socket is not known";
  if (*facts.socket_owner != facts.own_uid && *facts.socket_owner != 0) {
    return "request comes from another user (uid " + std::to_string(*facts.socket_owner) +
           ", the node runs as " + std::to_string(facts.own_uid) + ")";
  }
  return {};
}

std::string wrong_headers(const LocalTrustFacts& facts) {
  if (!facts.repeated.empty()) return "header " + std::string(facts.repeated) + " stands there twice";
  if (!host_allowed(facts.host, facts.listen_address, facts.port)) {
    return "Host is not this node's address and port";
  }
  if (!facts.origin.empty() && !own_origin(facts.origin, facts.listen_address, facts.port)) {
    return "request comes from a foreign web page (Origin)";
  }
  if (!facts.fetch_site.empty() && facts.fetch_site != "none" && facts.fetch_site != "same-origin") {
    return "request comes from a foreign web page (Sec-Fetch-Site)";
  }
  if (!facts.forwarding.empty())
    return "request comes through a proxy (" + std::string(facts.forwarding) + ")";
  if (!is_json(facts.content_type)) return "Content-Type is not application/json";
  return {};
}

}  // namespace

void LocalTrustFacts::see_header(std::string_view name, std::string_view value) {
  const auto take = [&](std::string_view wanted, std::string_view& into, std::string_view shown) {
    if (!named(name, wanted)) return;
    if (into.data() != nullptr) repeated = shown;
    // An empty value is still a header that was sent: it must not look absent.
    into = value.empty() ? std::string_view(" ", 1) : value;
  };
  take("host", host, "Host");
  take("origin", origin, "Origin");
  take("sec-fetch-site", fetch_site, "Sec-Fetch-Site");
  take("content-type", content_type, "Content-Type");
  if (forwarding.empty() && is_forwarding(name)) forwarding = name;
}

Result<void> judge_local_trust(const LocalTrustFacts& facts) {
  std::string reason = wrong_sender(facts);
  if (reason.empty()) reason = wrong_headers(facts);
  if (reason.empty()) return {};
  return fail(Errc::unauthenticated, "a token is needed: " + reason, {{"hint", reason}});
}

}  // namespace p2p
