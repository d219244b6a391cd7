#include "services/notification/webhooks/transport/endpoint_url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "libs/base/limits.h"
#include "services/notification/webhooks/rules/public_address.h"

namespace wici::notification {
namespace {

using ParsedUrl = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string UrlPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string result(text);
  curl_free(text);
  return result;
}

bool HasOnlyUrlCharacters(std::string_view url) {
  return std::all_of(url.begin(), url.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
}

// The address that stands in the place of a name, without brackets.
std::string LiteralOf(const std::string& host) {
  return host.size() > 2 && host.front() == '[' ? host.substr(1, host.size() - 2) : host;
}

bool IsPublicHost(std::string host) {
  const std::string literal = LiteralOf(host);
  if (literal != host || !AddressBytes(host).empty()) {
    return IsPublicAddress(AddressBytes(literal));
  }
  while (!host.empty() && host.back() == '.') host.pop_back();
  return !host.empty() && !absl::EqualsIgnoreCase(host, "localhost") &&
         !absl::EndsWithIgnoreCase(host, ".localhost");
}

}  // namespace

std::string EndpointUrlFault(std::string_view url, Reach reach) {
  if (url.empty()) return "must be set";
  if (url.size() > kUriBytesMax) return "is too long";
  if (!HasOnlyUrlCharacters(url)) {
    return "must be written in ASCII without spaces (a name in its xn-- form)";
  }
  const std::string text(url);
  const std::size_t slashes = text.find("://");
  // libcurl forgives other numbers of slashes, and others may read a path then.
  if (slashes == std::string::npos || text[slashes + 3] == '/') return "must be a URL";
  const ParsedUrl parsed(curl_url(), &curl_url_cleanup);
  const CURLUcode result = curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(),
                                        CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME);
  if (result == CURLUE_USER_NOT_ALLOWED) return "must not name a user";
  if (result != CURLUE_OK) return "must be a URL";
  const std::string scheme = UrlPart(parsed.get(), CURLUPART_SCHEME);
  if (scheme != "https" && !(reach == Reach::kAnywhere && scheme == "http")) {
    return "must be an https URL";
  }
  if (!UrlPart(parsed.get(), CURLUPART_FRAGMENT).empty()) return "must not have a fragment";
  if (!UrlPart(parsed.get(), CURLUPART_ZONEID).empty()) return "must not name a zone";
  if (reach == Reach::kPublic && !IsPublicHost(UrlPart(parsed.get(), CURLUPART_HOST))) {
    return "must lead to a public address";
  }
  return "";
}

}  // namespace wici::notification
