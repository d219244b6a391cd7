#include "services/notification/mail/dkim.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"

namespace wici::notification {
namespace {

constexpr int kRsaBitsMin = 1024;
constexpr std::size_t kSignatureLineMax = 72;
// What a reader sees, what answers and threads go by, and what says how to read the body.
constexpr std::string_view kSignedFields[] = {"from",
                                              "to",
                                              "subject",
                                              "date",
                                              "message-id",
                                              "reply-to",
                                              "in-reply-to",
                                              "references",
                                              "auto-submitted",
                                              "mime-version",
                                              "content-type",
                                              "content-language",
                                              "list-id",
                                              "list-unsubscribe",
                                              "list-unsubscribe-post"};

bool IsWhite(char c) { return c == ' ' || c == '\t'; }

// Appends `text` with each run of white space as one space, and none at the end.
void AppendRelaxed(std::string_view text, std::string& out) {
  bool space = false;
  for (const char c : text) {
    if (IsWhite(c)) {
      space = true;
      continue;
    }
    if (space) out += ' ';
    space = false;
    out += c;
  }
}

std::string Sha256(std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  WICI_CHECK(EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr) ==
             1);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string ToBase64(std::string_view bytes) {
  return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}

// The fields of the header, each with its continuation lines, in order; and where the body begins.
struct Parts {
  std::vector<std::string_view> fields;
  std::string_view body;
};

Parts SplitMessage(std::string_view message) {
  Parts parts;
  std::size_t start = 0;
  while (start < message.size() && message.substr(start, 2) != "\r\n") {
    std::size_t end = start;
    do {
      const std::size_t line_end = message.find("\r\n", end);
      end = line_end == std::string_view::npos ? message.size() : line_end + 2;
    } while (end < message.size() && IsWhite(message[end]));
    parts.fields.push_back(message.substr(start, end - start));
    start = end;
  }
  parts.body = message.substr(std::min(start + 2, message.size()));
  return parts;
}

std::string NameOf(std::string_view field) {
  const std::string_view name = field.substr(0, field.find(':'));
  return absl::AsciiStrToLower(
      absl::StripAsciiWhitespace(absl::string_view(name.data(), name.size())));
}

// "a:b:c", in lines that no relay has to break.
std::string FoldedNames(const std::vector<std::string>& names) {
  std::string out;
  std::size_t column = 3;  // behind " h="
  for (const std::string& name : names) {
    if (!out.empty()) out += ':';
    if (column + name.size() > kSignatureLineMax) {
      out += "\r\n  ";
      column = 2;
    }
    out += name;
    column += name.size() + 1;
  }
  return out;
}

// A signature in such lines.
std::string Folded(std::string_view text) {
  std::string out;
  for (std::size_t start = 0; start < text.size(); start += kSignatureLineMax) {
    absl::StrAppend(&out, "\r\n ", std::string(text.substr(start, kSignatureLineMax)));
  }
  return out;
}

}  // namespace

struct DkimSigner::Key {
  explicit Key(EVP_PKEY* pkey) : pkey(pkey, &EVP_PKEY_free) {}
  bool is_rsa() const { return EVP_PKEY_base_id(pkey.get()) == EVP_PKEY_RSA; }
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> pkey;
};

std::string RelaxHeader(std::string_view field) {
  const std::size_t colon = std::min(field.find(':'), field.size());
  std::string value;
  for (const char c : field.substr(std::min(colon + 1, field.size()))) {
    if (c != '\r' && c != '\n') value += c;
  }
  std::string out = absl::StrCat(NameOf(field), ":");
  AppendRelaxed(
      std::string_view(value).substr(std::min(value.find_first_not_of(" \t"), value.size())), out);
  return out + "\r\n";
}

std::string RelaxBody(std::string_view body) {
  std::string out;
  std::size_t end_of_text = 0;  // behind the last line that is not empty
  for (std::size_t start = 0; start < body.size();) {
    const std::size_t line_end = std::min(body.find("\r\n", start), body.size());
    AppendRelaxed(body.substr(start, line_end - start), out);
    const bool empty = out.empty() || absl::EndsWith(out, "\r\n");
    out += "\r\n";
    if (!empty) end_of_text = out.size();
    start = line_end + 2;
  }
  out.resize(end_of_text);
  return out;
}

absl::StatusOr<DkimSigner> DkimSigner::Make(std::string_view domain, std::string_view selector,
                                            std::string_view pem) {
  const auto is_name = [](std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
      return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
    });
  };
  if (!is_name(domain) || !is_name(selector)) {
    return absl::InvalidArgumentError("a DKIM key needs a domain and a selector");
  }
  const std::unique_ptr<BIO, void (*)(BIO*)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free_all);
  EVP_PKEY* pkey = PEM_read_bio_PrivateKey(
      bio.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr);  // asks nobody
  ERR_clear_error();
  if (pkey == nullptr) return absl::InvalidArgumentError("a DKIM key must be a private key in PEM");
  DkimSigner signer;
  signer.domain_ = std::string(domain);
  signer.selector_ = std::string(selector);
  signer.key_ = std::make_shared<const Key>(pkey);
  const bool usable = signer.key_->is_rsa() ? EVP_PKEY_bits(pkey) >= kRsaBitsMin
                                            : EVP_PKEY_base_id(pkey) == EVP_PKEY_ED25519;
  if (!usable) {
    return absl::InvalidArgumentError("a DKIM key must be RSA of 1024 bits or more, or Ed25519");
  }
  return signer;
}

std::string DkimSigner::SignFields(std::string_view message, const std::vector<std::string>& names,
                                   std::string_view field) const {
  const Parts parts = SplitMessage(message);
  std::map<std::string, std::vector<std::string_view>> by_name;
  for (const std::string_view one : parts.fields) by_name[NameOf(one)].push_back(one);
  std::string data;
  for (const std::string& name : names) {
    // The last one first; a name too many stands for the field that must not be added.
    std::vector<std::string_view>& left = by_name[name];
    if (left.empty()) continue;
    data += RelaxHeader(left.back());
    left.pop_back();
  }
  data += RelaxHeader(field);
  data.resize(data.size() - 2);  // without its line end

  // Ed25519 signs the hash (RFC 8463 section 3), RSA hashes by itself.
  const std::string signed_data = key_->is_rsa() ? data : Sha256(data);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free);
  WICI_CHECK(EVP_DigestSignInit(context.get(), nullptr, key_->is_rsa() ? EVP_sha256() : nullptr,
                                nullptr, key_->pkey.get()) == 1);
  const auto* bytes = reinterpret_cast<const unsigned char*>(signed_data.data());
  std::size_t size = 0;
  WICI_CHECK(EVP_DigestSign(context.get(), nullptr, &size, bytes, signed_data.size()) == 1);
  std::string signature(size, '\0');
  WICI_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                            &size, bytes, signed_data.size()) == 1);
  signature.resize(size);
  return ToBase64(signature);
}

std::string DkimSigner::Sign(std::string_view message, absl::Time now) const {
  const Parts parts = SplitMessage(message);
  std::vector<std::string> names;
  for (const std::string_view name : kSignedFields) {
    const auto count = std::count_if(parts.fields.begin(), parts.fields.end(),
                                     [&](std::string_view field) { return NameOf(field) == name; });
    for (std::ptrdiff_t i = 0; i <= count; ++i) names.emplace_back(name);
  }
  const std::string field =
      absl::StrCat("DKIM-Signature: v=1; a=", key_->is_rsa() ? "rsa-sha256" : "ed25519-sha256",
                   "; c=relaxed/relaxed;\r\n d=", domain_, ";\r\n s=", selector_,
                   "; t=", absl::ToUnixSeconds(now), ";\r\n h=", FoldedNames(names),
                   ";\r\n bh=", ToBase64(Sha256(RelaxBody(parts.body))), ";\r\n b=");
  return absl::StrCat(field, Folded(SignFields(message, names, field)), "\r\n");
}

std::string SignMail(const std::vector<DkimSigner>& signers, std::string message, absl::Time now) {
  std::string fields;
  for (const DkimSigner& signer : signers) fields += signer.Sign(message, now);
  return fields + message;
}

}  // namespace wici::notification
