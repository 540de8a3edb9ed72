#include "gossip/aes_gcm.hpp"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <utility>

#include <openssl/evp.h>

namespace p2p::gossip {
namespace {

constexpr char padded_version = 0;
constexpr char plain_version = 1;
constexpr std::size_t block = 16;

// OpenSSL fails here only without memory or without its default provider: there is nothing to answer.
template <class T>
T must(T done) {
  if (!done) std::abort();
  return done;
}

// Looked up once: a look-up by name costs more than a short message. Kept until the process ends.
const EVP_CIPHER* cipher_for(std::size_t key_size) {
  static const EVP_CIPHER* const aes128 = must(EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr));
  static const EVP_CIPHER* const aes192 = must(EVP_CIPHER_fetch(nullptr, "AES-192-GCM", nullptr));
  static const EVP_CIPHER* const aes256 = must(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  return key_size == 16 ? aes128 : key_size == 24 ? aes192 : aes256;
}

const unsigned char* in_bytes(std::string_view text) {
  // A null pointer would tell OpenSSL another thing than no bytes.
  return reinterpret_cast<const unsigned char*>(text.empty() ? "" : text.data());
}
unsigned char* out_bytes(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

// PKCS7: the last byte says how many there are, and each of them says the same.
bool take_padding_off(Bytes& plain) {
  if (plain.empty() || plain.size() % block != 0) return false;
  const auto padding = static_cast<unsigned char>(plain.back());
  if (padding == 0 || padding > block) return false;
  const auto padded = std::string_view(plain).substr(plain.size() - padding);
  if (!std::ranges::all_of(padded, [&](char byte) { return byte == plain.back(); })) return false;
  plain.resize(plain.size() - padding);
  return true;
}

}  // namespace

struct AesGcm::Contexts {
  EVP_CIPHER_CTX* seal = must(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* open = must(EVP_CIPHER_CTX_new());

  explicit Contexts(std::string_view key) {
    must(EVP_EncryptInit_ex2(seal, cipher_for(key.size()), in_bytes(key), nullptr, nullptr));
    must(EVP_DecryptInit_ex2(open, cipher_for(key.size()), in_bytes(key), nullptr, nullptr));
  }
  ~Contexts() {
    EVP_CIPHER_CTX_free(seal);
    EVP_CIPHER_CTX_free(open);
  }
  Contexts(const Contexts&) = delete;
  Contexts& operator=(const Contexts&) = delete;
};

AesGcm::AesGcm(Secret key) : key_(std::move(key)) {
  assert(is_key_size(key_.size()));
  contexts_ = std::make_unique<Contexts>(key_.reveal());
}
AesGcm::~AesGcm() = default;
AesGcm::AesGcm(AesGcm&&) noexcept = default;
AesGcm& AesGcm::operator=(AesGcm&&) noexcept = default;

void AesGcm::seal(std::string_view plain, std::string_view about, Random& random, Bytes& out) {
  EVP_CIPHER_CTX* const context = contexts_->seal;
  const std::size_t start = out.size();
  out.resize(start + sealed_overhead + plain.size());
  char* const payload = out.data() + start;
  char* const nonce = payload + 1;
  char* const cipher = nonce + nonce_size;
  payload[0] = plain_version;
  random.fill(std::as_writable_bytes(std::span(nonce, nonce_size)));
  int size = 0;  // of what was written, which GCM never holds back
  must(EVP_EncryptInit_ex2(context, nullptr, nullptr, out_bytes(nonce), nullptr));
  must(EVP_EncryptUpdate(context, nullptr, &size, in_bytes(about), static_cast<int>(about.size())));
  must(EVP_EncryptUpdate(context, out_bytes(cipher), &size, in_bytes(plain), static_cast<int>(plain.size())));
  must(EVP_EncryptFinal_ex(context, out_bytes(cipher) + plain.size(), &size));
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_size, cipher + plain.size()));
}

std::optional<Bytes> AesGcm::open(std::string_view payload, std::string_view about) {
  if (payload.size() < sealed_overhead || payload[0] < padded_version || payload[0] > plain_version)
    return std::nullopt;
  EVP_CIPHER_CTX* const context = contexts_->open;
  const std::string_view cipher = payload.substr(1 + nonce_size, payload.size() - sealed_overhead);
  char tag[tag_size];
  std::ranges::copy(payload.substr(payload.size() - tag_size), tag);
  Bytes plain(cipher.size(), '\0');
  int size = 0;
  must(EVP_DecryptInit_ex2(context, nullptr, nullptr, in_bytes(nonce_of(payload)), nullptr));
  must(EVP_DecryptUpdate(context, nullptr, &size, in_bytes(about), static_cast<int>(about.size())));
  must(EVP_DecryptUpdate(context, out_bytes(plain.data()), &size, in_bytes(cipher),
                         static_cast<int>(cipher.size())));
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_size, tag));
  if (EVP_DecryptFinal_ex(context, out_bytes(plain.data()) + plain.size(), &size) != 1) return std::nullopt;
  if (payload[0] == padded_version && !take_padding_off(plain)) return std::nullopt;
  return plain;
}

}  // namespace p2p::gossip
