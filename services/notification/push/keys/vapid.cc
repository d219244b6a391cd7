#include "services/notification/push/keys/vapid.h"

#include "absl/strings/str_cat.h"
#include "libs/auth/token.h"
#include "libs/base/json_text.h"

namespace wici::notification {

std::string OriginOf(std::string_view url) {
  const std::size_t slashes = url.find("://");
  if (slashes == std::string_view::npos) return "";
  return std::string(url.substr(0, url.find_first_of("/?", slashes + 3)));
}

std::string VapidAuthorization(const P256Key& key, std::string_view endpoint,
                               std::string_view subject, absl::Time now) {
  std::string claims = "{\"aud\":";
  AppendJsonString(claims, OriginOf(endpoint));
  absl::StrAppend(&claims, ",\"exp\":", absl::ToUnixSeconds(now + kVapidLifetime), ",\"sub\":");
  AppendJsonString(claims, subject);
  claims += "}";
  const std::string text = absl::StrCat(auth::EncodeBase64Url(R"({"typ":"JWT","alg":"ES256"})"),
                                        ".", auth::EncodeBase64Url(claims));
  return absl::StrCat("vapid t=", text, ".", auth::EncodeBase64Url(key.Sign(text)),
                      ", k=", auth::EncodeBase64Url(key.public_point()));
}

}  // namespace wici::notification
