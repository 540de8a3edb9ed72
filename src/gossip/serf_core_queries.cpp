// The part of SerfCore that serves queries: told on, acknowledged, and those with names of Serf's own
// answered. Others have nobody here who would answer.
#include <algorithm>
#include <span>
#include <utility>

#include "gossip/msgpack.hpp"
#include "gossip/serf_core.hpp"

namespace p2p::gossip {
namespace {

constexpr std::uint32_t is_ack = 1;
constexpr std::uint8_t max_relays = 5;  // copies of an answer, whatever the query asks for
constexpr char filter_by_name = 0;

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text += at + i > bytes.size() ? '=' : digits[group >> (18 - 6 * i) & 63U];
  }
  return text;
}

bool names(std::string_view list, std::string_view node) {
  MsgpackReader in(list);
  bool named = false;
  for (auto left = in.array(); left > 0 && in.ok(); --left) named |= in.raw() == node;
  return named && in.ok();
}

}  // namespace

/// At the address that its record has: we are nobody's cannon.
bool SerfCore::is_member_at(std::string_view name, const Endpoint& at) {
  const Record* record = swim_.record(name);
  return record != nullptr && record->info->at == at;
}

void SerfCore::send(const Endpoint& to, Bytes serf_message) {
  SendPacket packet{to, {}};
  packet.parts.emplace_back(User{std::move(serf_message)});
  actions_.emplace_back(std::move(packet));
}

void SerfCore::take(const Relay& relay) {
  const bool again = relay.message.empty() || relay.message.front() == static_cast<char>(SerfType::relay);
  if (!again && relay.node != swim_.me()->name && is_member_at(relay.node, relay.to))
    send(relay.to, relay.message);
}

void SerfCore::take(TimePoint now, const Query& query) {
  if (!query_clock_.witness(query.ltime) || !queries_.add(query.ltime, query.id, query_clock_.time())) return;
  if ((query.flags & query_not_rebroadcast) == 0) (void)tell(now, Tier::queries, query);
  if (!is_meant(query) || !is_member_at(query.source_node, query.from)) return;
  if ((query.flags & query_wants_ack) != 0) respond(query, is_ack, {});
  if (std::optional<Bytes> answer = answer_to(query)) respond(query, 0, std::move(*answer));
}

/// Filters by tags are regular expressions; whom they mean is not found out here, so nobody.
bool SerfCore::is_meant(const Query& query) const {
  return std::ranges::all_of(query.filters, [this](const Bytes& filter) {
    return !filter.empty() && filter.front() == filter_by_name &&
           names(std::string_view(filter).substr(1), swim_.me()->name);
  });
}

void SerfCore::respond(const Query& query, std::uint32_t flags, Bytes payload) {
  const Bytes response =
      encode_serf(QueryResponse{query.ltime, query.id, swim_.me()->name, flags, std::move(payload)});
  send(query.from, response);
  if (query.relay_factor == 0) return;
  const auto by =
      swim_.members().pick(swim_.dice(), std::min(query.relay_factor, max_relays), [&](const Record& record) {
        return record.state == NodeState::alive && record.info != swim_.me() && record.info->at != query.from;
      });
  for (const NodeTable::Position at : by)
    send(swim_.members()[at].info->at, encode_serf(Relay{query.from, query.source_node, response}));
}

std::optional<Bytes> SerfCore::answer_to(const Query& query) {
  if (query.name == "_serf_conflict") return conflict_answer(query.payload);
  if (query.name.starts_with("_serf_") && query.name.ends_with("-key")) return key_answer(query);
  if (query.name == "_serf_list-keys") return key_answer(query);
  return std::nullopt;  // of _serf_ping the ack is all
}

/// Who holds the name, as seen from here; the holders themselves do not vote.
std::optional<Bytes> SerfCore::conflict_answer(std::string_view name) {
  const Record* record = swim_.record(name);
  if (record == nullptr || record->info == swim_.me()) return std::nullopt;
  const std::shared_ptr<const Tags> tags = tags_of(record->info);
  ConflictResponse answer;
  answer.name = record->info->name;
  answer.at = record->info->at;
  answer.tags.assign(tags->begin(), tags->end());
  answer.status = static_cast<std::int64_t>(status_of(*record));  // Serf's numbers are ours
  answer.versions = record->info->versions;
  return encode_serf(answer);
}

Bytes SerfCore::key_answer(const Query& query) {
  KeyResponse answer;
  const auto refuse = [&](std::string why) {
    answer.message = std::move(why);
    return encode_serf(answer);
  };
  if (keys_ == nullptr) return refuse("No keyring to modify: keys are not changed by queries here");
  if (query.name == "_serf_list-keys") {
    for (const std::string_view key : keys_->keys()) answer.keys.push_back(base64(key));
    if (!answer.keys.empty()) answer.primary_key = answer.keys.front();
    answer.result = true;
    return encode_serf(answer);
  }
  const Result<SerfMessage> request = decode_serf(query.payload);
  const auto* key = request ? std::get_if<KeyRequest>(&*request) : nullptr;
  if (key == nullptr) return refuse("the request holds no key");
  Result<void> done = fail(Errc::method_not_found, "no such change of keys: " + query.name);
  if (query.name == "_serf_install-key") done = keys_->install(key->key);
  if (query.name == "_serf_use-key") done = keys_->use(key->key);
  if (query.name == "_serf_remove-key") done = keys_->remove(key->key);
  if (!done) return refuse(done.error().message());
  answer.result = true;
  return encode_serf(answer);
}

}  // namespace p2p::gossip
