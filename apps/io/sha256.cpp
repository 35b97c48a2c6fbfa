#include "sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

#include "apps/text/numbers.hpp"

namespace armagrad::apps {

namespace {

void require(int success) {
  if (success != 1) throw std::runtime_error("SHA-256 is not available in this OpenSSL");
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(handle); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  require(context_->handle != nullptr);
  require(EVP_DigestInit_ex(context_->handle, EVP_sha256(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::update(const void* bytes, std::size_t count) { require(EVP_DigestUpdate(context_->handle, bytes, count)); }

std::array<unsigned char, 32> Sha256::digest() {
  std::array<unsigned char, 32> result{};
  require(EVP_DigestFinal_ex(context_->handle, result.data(), nullptr));
  require(EVP_DigestInit_ex(context_->handle, EVP_sha256(), nullptr));
  return result;
}

std::string Sha256::hex_digest() {
  std::string text;
  for (const unsigned char byte : digest()) text += hexadecimal(byte);
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex_digest();
}

}  // namespace armagrad::apps
