#include "services/notification/push/keys/p256.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "libs/base/log.h"

namespace wici::notification {
namespace {

constexpr char kCurve[] = "prime256v1";
constexpr std::size_t kHalfSignatureBytes = 32;

template <class T, void (*kFree)(T*)>
struct OpenSslDeleter {
  void operator()(T* object) const { kFree(object); }
};
using Number = std::unique_ptr<BIGNUM, OpenSslDeleter<BIGNUM, BN_clear_free>>;
using Group = std::unique_ptr<EC_GROUP, OpenSslDeleter<EC_GROUP, EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, OpenSslDeleter<EC_POINT, EC_POINT_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, OpenSslDeleter<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpenSslDeleter<EVP_MD_CTX, EVP_MD_CTX_free>>;
using ParamBuilder =
    std::unique_ptr<OSSL_PARAM_BLD, OpenSslDeleter<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, OpenSslDeleter<OSSL_PARAM, OSSL_PARAM_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, OpenSslDeleter<ECDSA_SIG, ECDSA_SIG_free>>;
using SharedKey = std::shared_ptr<EVP_PKEY>;

const unsigned char* P256In(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* P256Out(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Group Curve() { return Group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)); }

absl::Status NotAKeyError() {
  ERR_clear_error();
  return absl::InvalidArgumentError("not a key on P-256");
}

// The key of a point, a pair when there is a scalar too.
SharedKey MakeKey(std::string_view point, const BIGNUM* scalar) {
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  if (scalar != nullptr) {
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar);
  }
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  const int selection = scalar == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  const bool made = EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) == 1;
  ERR_clear_error();
  return made ? SharedKey(key, EVP_PKEY_free) : nullptr;
}

std::string PointOf(const EVP_PKEY* key) {
  std::string point(kP256PointBytes, '\0');
  std::size_t size = 0;
  const int got = EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, P256Out(point),
                                                  point.size(), &size);
  return got == 1 && IsP256Point(point) ? point : "";
}

std::string RawSignature(std::string_view der) {
  const unsigned char* at = P256In(der);
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));  // NOLINT
  WICI_CHECK(signature != nullptr);
  std::string raw(2 * kHalfSignatureBytes, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), P256Out(raw), kHalfSignatureBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), P256Out(raw) + kHalfSignatureBytes,
               kHalfSignatureBytes);
  return raw;
}

std::string DerSignature(std::string_view raw) {
  const Signature signature(ECDSA_SIG_new());
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(P256In(raw), kHalfSignatureBytes, nullptr),
                 BN_bin2bn(P256In(raw) + kHalfSignatureBytes, kHalfSignatureBytes, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

}  // namespace

bool IsP256Point(std::string_view bytes) {
  if (bytes.size() != kP256PointBytes || bytes[0] != 4) return false;
  const Group group = Curve();
  const Point point(EC_POINT_new(group.get()));
  const int on_curve =
      EC_POINT_oct2point(group.get(), point.get(), P256In(bytes), bytes.size(), nullptr);
  ERR_clear_error();
  return on_curve == 1;
}

absl::StatusOr<P256Key> P256Key::FromPem(std::string_view pem) {
  const std::unique_ptr<BIO, OpenSslDeleter<BIO, BIO_free_all>> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  SharedKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (key == nullptr || EVP_PKEY_is_a(key.get(), "EC") != 1) return NotAKeyError();
  char curve[64] = {};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key.get(), curve, sizeof curve, &size) != 1 ||
      std::string_view(curve) != kCurve) {
    return NotAKeyError();
  }
  std::string point = PointOf(key.get());
  if (point.empty()) return NotAKeyError();
  return P256Key(std::move(key), std::move(point));
}

absl::StatusOr<P256Key> P256Key::FromScalar(std::string_view scalar) {
  if (scalar.size() != kP256ScalarBytes) return NotAKeyError();
  const Group group = Curve();
  const Number number(BN_bin2bn(P256In(scalar), static_cast<int>(scalar.size()), nullptr));
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) {
    return NotAKeyError();
  }
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  const Point point(EC_POINT_new(group.get()));
  std::string bytes(kP256PointBytes, '\0');
  const bool made =
      EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) == 1 &&
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, P256Out(bytes),
                         bytes.size(), nullptr) == kP256PointBytes;
  SharedKey key = made ? MakeKey(bytes, number.get()) : nullptr;
  if (key == nullptr) return NotAKeyError();
  return P256Key(std::move(key), std::move(bytes));
}

absl::StatusOr<std::string> P256Key::Agree(std::string_view point) const {
  if (!IsP256Point(point)) return NotAKeyError();
  const SharedKey peer = MakeKey(point, nullptr);
  if (peer == nullptr) return NotAKeyError();
  const KeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  std::string secret(kP256ScalarBytes, '\0');
  std::size_t size = secret.size();
  WICI_CHECK(EVP_PKEY_derive_init(context.get()) == 1);
  WICI_CHECK(EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1);
  WICI_CHECK(EVP_PKEY_derive(context.get(), P256Out(secret), &size) == 1);
  WICI_CHECK(size == kP256ScalarBytes);
  return secret;
}

std::string P256Key::Sign(std::string_view text) const {
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 0;
  WICI_CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  WICI_CHECK(EVP_DigestSign(context.get(), nullptr, &size, P256In(text), text.size()) == 1);
  std::string der(size, '\0');
  WICI_CHECK(EVP_DigestSign(context.get(), P256Out(der), &size, P256In(text), text.size()) == 1);
  der.resize(size);
  return RawSignature(der);
}

bool VerifyP256(std::string_view point, std::string_view text, std::string_view signature) {
  if (!IsP256Point(point) || signature.size() != 2 * kHalfSignatureBytes) return false;
  const SharedKey key = MakeKey(point, nullptr);
  const DigestContext context(EVP_MD_CTX_new());
  const std::string der = DerSignature(signature);
  const bool verified =
      key != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), P256In(der), der.size(), P256In(text), text.size()) == 1;
  ERR_clear_error();
  return verified;
}

}  // namespace wici::notification
