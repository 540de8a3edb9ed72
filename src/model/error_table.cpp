#include "model/error_table.hpp"

#include <algorithm>
#include <array>

namespace p2p {
namespace {

// In the order of Errc, so that the code is the index. One entry: code and name, title; RPC code, HTTP
// status, exit code, whether to retry; what it means; what to do.
constexpr std::array table{
    ErrorEntry{Errc::parse_error, "parse_error", "Parse error", -32700, 400, 2, false,
               "The body is not JSON, or it breaks a limit on depth, size or number range.",
               "Correct the JSON at the line and column that the message names."},
    ErrorEntry{
        Errc::invalid_request, "invalid_request", "Invalid request", -32600, 400, 2, false,
        "The request is well-formed but does not say what it should: a member is missing, misspelt or of the "
        "wrong kind, or the HTTP framing is ambiguous.",
        "Compare the request with /docs; the message names the member and, where there is one, the nearest "
        "known name."},
    ErrorEntry{Errc::method_not_found, "method_not_found", "Method not found", -32601, 404, 5, false,
               "The service has no method of this name that may be called from outside.",
               "GET /methods lists what can be called; a method needs `public = true` to be in it."},
    ErrorEntry{
        Errc::service_not_found, "service_not_found", "Service not found", -32601, 404, 5, false,
        "No node that was asked runs a service of this name.",
        "GET /local/services lists the services; one that is in the services folder but not in the list "
        "failed to load, and GET /local/services says why."},
    ErrorEntry{
        Errc::invalid_params, "invalid_params", "Invalid parameters", -32602, 422, 2, false,
        "The method exists, but at least one parameter is missing, unknown, or of the wrong type or range.",
        "Correct every parameter listed in `errors`; GET /methods/{service}/{method} shows the schema."},
    ErrorEntry{Errc::internal, "internal", "Internal error", -32603, 500, 1, false,
               "The node itself failed. This is a defect in it, not in the request or the service.",
               "Look in the node's log for the trace id of this answer and report both."},
    ErrorEntry{
        Errc::method_failed, "method_failed", "Method failed", -32000, 500, 1, false,
        "The method ran and ended with an error of its own.",
        "Read the message, then the lines with this trace id from Service.<name> in the log of the node that "
        "ran it."},
    ErrorEntry{
        Errc::unauthenticated, "unauthenticated", "Not authenticated", -32001, 401, 4, false,
        "There is no token, or it is expired, revoked, forged or from another cluster; WWW-Authenticate says "
        "which.",
        "Get a new token from POST /auth/token. If new ones are refused as well, compare the clocks and "
        "JWT_SECRET_KEY of the nodes."},
    ErrorEntry{Errc::forbidden, "forbidden", "Forbidden", -32002, 403, 4, false,
               "The token is good, but its role or its scopes do not allow this.",
               "Use a token of the role the message asks for; an administrator can issue one."},
    ErrorEntry{Errc::node_not_found, "node_not_found", "Node not found", -32003, 404, 5, false,
               "The cluster knows no node of this id.",
               "GET /cluster/nodes lists the nodes; one that was removed has to join again."},
    ErrorEntry{
        Errc::node_unreachable, "node_unreachable", "Node unreachable", -32004, 502, 3, true,
        "The node is known but could not be asked: it is dead, or its link broke during the call. The method "
        "may or may not have run.",
        "Check its process, its port and the network "
        "between."},
    ErrorEntry{Errc::timeout, "timeout", "Timeout", -32005, 504, 6, false,
               "The deadline passed before the answer came. The method may still have had its effect.",
               "Repeat it only if the method is idempotent. If it is merely slow, give the call a longer "
               "timeout; if "
               "it hangs, look at the service in /local/services."},
    ErrorEntry{Errc::overloaded, "overloaded", "Overloaded", -32006, 503, 3, true,
               "The node is at a limit of calls, connections or memory and took nothing of this request.",
               "Retry after the time in Retry-After. If it goes on, look at p2p_rpc_inflight and "
               "p2p_http_rejected_total in /metrics, and spread the load."},
    ErrorEntry{
        Errc::draining, "draining", "Draining", -32007, 503, 3, true,
        "The node finishes what it has begun and takes nothing new: it is shutting down or was drained.",
        "Send the request to another node. A node that was drained by hand comes back with "
        "POST /admin/nodes/{id}/resume."},
    ErrorEntry{
        Errc::conflict, "conflict", "Conflict", -32008, 409, 1, false,
        "The request contradicts the present state, or another one with the same idempotency key runs.",
        "Read the present state again and decide with it."},
    ErrorEntry{Errc::too_large, "too_large", "Too large", -32009, 413, 2, false,
               "The body of the request, or the result of the method, is above its limit.",
               "Send or ask for less at a time; a method may declare a higher limit for its body."},
    ErrorEntry{
        Errc::cancelled, "cancelled", "Cancelled", -32010, 499, 1, false,
        "The caller went away or cancelled before the answer was there. The method may have had its effect.",
        "Nothing, if that was intended; else look for a proxy or a client with a shorter timeout."},
    ErrorEntry{Errc::rate_limited, "rate_limited", "Rate limited", -32012, 429, 3, true,
               "This token or this address sends more requests than it may.",
               "Wait for the time in Retry-After and send fewer at a time, or use batches."},
    ErrorEntry{
        Errc::unavailable, "unavailable", "Service unavailable", -32011, 503, 3, true,
        "The service is there but cannot answer: it failed to load, crashed in this call, restarts, or waits "
        "for a service it depends on.",
        "GET /local/services shows its state and the last error, with the file of the build log if it did "
        "not "
        "compile."},
    ErrorEntry{
        Errc::audit_unavailable, "audit_unavailable", "Audit log unavailable", -32013, 503, 3, false,
        "The call must be recorded in the audit log, which cannot be written. It was not run.",
        "Make room on the disk of the state directory or make it writable again; calls that are not audited "
        "go on meanwhile."},
    ErrorEntry{Errc::not_found, "not_found", "Not found", 0, 404, 5, false,
               "There is no route or no object of this name.", "GET / lists the routes."},
    ErrorEntry{Errc::method_not_allowed, "method_not_allowed", "Method not allowed", 0, 405, 2, false,
               "The route exists, but not for this HTTP method.", "Use one of those in the Allow header."},
    ErrorEntry{Errc::not_acceptable, "not_acceptable", "Not acceptable", 0, 406, 2, false,
               "The answer exists in none of the media types in Accept.",
               "Send Accept: application/json, or none."},
    ErrorEntry{Errc::request_timeout, "request_timeout", "Request timeout", 0, 408, 2, false,
               "The request did not arrive completely in time, or it came too slowly.",
               "Send it at one go; check the network and what stands between."},
    ErrorEntry{Errc::unsupported_media_type, "unsupported_media_type", "Unsupported media type", 0, 415, 2,
               false, "The body is not declared as JSON, or it is compressed.",
               "Send Content-Type: application/json and no Content-Encoding."},
    ErrorEntry{Errc::uri_too_long, "uri_too_long", "URI too long", 0, 414, 2, false,
               "The request line is above 8 KiB.", "Send parameters in the body of a POST."},
    ErrorEntry{Errc::headers_too_large, "headers_too_large", "Headers too large", 0, 431, 2, false,
               "One header is above 8 KiB, all of them above 16 KiB, or there are more than 100.",
               "Send fewer; cookies meant for another server are the usual reason."},
    ErrorEntry{
        Errc::wrong_host, "wrong_host", "Wrong host", 0, 421, 4, false,
        "The Host header names no address that this node answers for, which is what a forged page or a "
        "misdirected proxy sends.",
        "Call the node by an address it listens on, or add the name to its configuration."},
    ErrorEntry{Errc::upgrade_required, "upgrade_required", "Upgrade required", 0, 426, 2, false,
               "This route speaks another protocol than HTTP.",
               "Send the Upgrade header that the answer names."},
    ErrorEntry{Errc::tls_required, "tls_required", "TLS required", 0, 400, 2, false,
               "This address speaks TLS only, and the request came without it.",
               "Use https:// for this address."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].code) != i) return false;
  }
  return table.back().code == Errc::tls_required;
}
static_assert(in_order(), "the table has an entry for every Errc, in the order of the enum");

}  // namespace

const ErrorEntry& error_entry(Errc code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return table[index < table.size() ? index : static_cast<std::size_t>(Errc::internal)];
}

std::optional<Errc> errc_of_name(std::string_view name) noexcept {
  const auto found = std::ranges::find(table, name, &ErrorEntry::name);
  return found == table.end() ? std::nullopt : std::optional(found->code);
}

std::span<const ErrorEntry> error_table() noexcept { return table; }

}  // namespace p2p
