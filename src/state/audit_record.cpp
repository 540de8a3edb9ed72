#include "state/audit_record.hpp"

#include <algorithm>
#include <charconv>

#include "base/digest.hpp"
#include "base/json.hpp"

namespace p2p {
namespace {

constexpr std::size_t text_limit = 1024, params_limit = 64 * 1024, jti_shown = 8, hash_length = 64;
constexpr std::string_view seq_key = R"({"seq":)", ts_key = R"(,"ts":")", prev_key = R"(,"prev":")",
                           hash_key = R"(,"hash":")", end = "\"}";

void member(std::string& out, std::string_view key, std::string_view text) {
  out.append(",\"").append(key).append("\":");
  json::write_string(text.substr(0, text_limit), out);
}

bool is_hash(std::string_view text) {
  return text.size() == hash_length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Takes `prefix` off `text`; false when it does not begin so.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::unexpected<Error> broken(std::string reason) { return fail(Errc::invalid_params, std::move(reason)); }

/// "2026-11-22T..." to "20261122"; empty when it is no date.
std::string date_of(std::string_view text) {
  std::string date;
  for (const std::size_t at : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U}) {
    if (at >= text.size() || text[at] < '0' || text[at] > '9') return {};
    date += text[at];
  }
  return date;
}

}  // namespace

void AuditRecord::set_params(const Value& given, bool whole) {
  const std::string text = json::dump(given);
  params_sha256 = hex(as_text(sha256(text)));
  if (whole && text.size() <= params_limit) params = given;
}

std::string audit_body(const AuditRecord& record, std::string_view node, WallTime time) {
  std::string out;
  member(out, "ts", rfc3339(time));
  member(out, "node", node);
  member(out, "actor", record.actor);
  member(out, "role", record.role);
  member(out, "amr", record.amr);
  member(out, "jti", std::string_view(record.jti).substr(0, jti_shown));
  member(out, "peer", record.peer);
  member(out, "action", record.action);
  member(out, "object", record.object);
  member(out, "params_sha256", record.params_sha256);
  if (record.params) {
    out += R"(,"params":)";
    json::write(*record.params, out);
  }
  member(out, "decision", record.decision);
  member(out, "outcome", record.outcome);
  out.append(R"(,"ms":)").append(std::to_string(record.ms));
  if (record.count > 0) out.append(R"(,"count":)").append(std::to_string(record.count));
  member(out, "trace_id", record.trace_id);
  return out;
}

std::string seal_audit(std::string_view body, AuditLink& link) {
  std::string line(seq_key);
  line.append(std::to_string(link.seq + 1)).append(body).append(prev_key).append(link.hash).append(end);
  std::string hash = hex(as_text(sha256(line)));
  line.pop_back();
  line.append(hash_key).append(hash).append(end).append("\n");
  link.seq += 1;
  link.hash = std::move(hash);
  return line;
}

Result<AuditSeal> read_audit_line(std::string_view line) {
  constexpr std::size_t hash_size = hash_key.size() + hash_length + end.size();
  constexpr std::size_t prev_size = prev_key.size() + hash_length + 1;
  if (line.size() < seq_key.size() + prev_size + hash_size) return broken("the line is too short");
  std::string_view text = line.substr(0, line.size() - hash_size);
  std::string_view tail = line.substr(text.size());
  if (!take(tail, hash_key) || !tail.ends_with(end) || !is_hash(tail.substr(0, hash_length))) {
    return broken("the line does not end with a hash");
  }
  AuditSeal seal;
  seal.link.hash = tail.substr(0, hash_length);
  if (hex(as_text(sha256(std::string(text) + "}"))) != seal.link.hash)
    return broken("the record was changed");

  std::string_view before = text.substr(text.size() - prev_size);
  if (!take(before, prev_key)) return broken("the record has no prev");
  seal.prev = before.substr(0, hash_length);
  if (!take(text, seq_key)) return broken("the record has no seq");
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seal.link.seq);
  if (error != std::errc()) return broken("the record has no seq");
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  if (take(text, ts_key)) seal.date = date_of(text);
  return seal;
}

}  // namespace p2p
