#include "services/notification/mail/mailbox.h"

#include <idn2.h>

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"

namespace wici::notification {
namespace {

constexpr std::size_t kLocalPartBytesMax = 64;
constexpr std::size_t kDomainBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

// RFC 5322 atext, and any byte of a UTF-8 sequence (RFC 6532); the caller has checked the UTF-8.
bool IsAtomByte(unsigned char c) {
  return c >= 0x80 || absl::ascii_isalnum(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(static_cast<char>(c)) !=
             std::string_view::npos;
}

bool IsDotString(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '.' || IsAtomByte(c); });
}

bool IsHostName(std::string_view text) {
  if (text.empty() || text.size() > kDomainBytesMax) return false;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find('.', start), text.size());
    const std::string_view label = text.substr(start, end - start);
    if (label.empty() || label.size() > kLabelBytesMax) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    if (!std::all_of(label.begin(), label.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-'; })) {
      return false;
    }
    start = end + 1;
  }
  return true;
}

// The domain in A-labels, or "" when IDNA 2008 refuses it.
std::string ToAsciiDomain(const std::string& domain) {
  if (IsAscii(domain)) return IsHostName(domain) ? domain : "";
  char* ascii = nullptr;
  if (idn2_to_ascii_8z(domain.c_str(), &ascii, IDN2_NONTRANSITIONAL) != IDN2_OK) return "";
  const std::unique_ptr<char, void (*)(void*)> owner(ascii, idn2_free);
  return IsHostName(ascii) ? ascii : "";
}

}  // namespace

absl::StatusOr<HeaderValue> HeaderValue::Parse(std::string_view text) {
  Violations violations;
  if (!violations.OptionalText("header", text, kBytesMax)) {
    return absl::InvalidArgumentError("not the text of a header field");
  }
  return HeaderValue(std::string(text));
}

absl::StatusOr<Mailbox> Mailbox::Parse(std::string_view address, std::string_view display_name) {
  WICI_ASSIGN_OR_RETURN(const HeaderValue name, HeaderValue::Parse(display_name));
  const absl::Status refused = absl::InvalidArgumentError("not a mail address");
  Violations violations;
  // Length, UTF-8 and control characters first: what follows may rely on them.
  if (!violations.RequireText("address", address, kEmailBytesMax)) return refused;
  const std::size_t at = address.find('@');
  if (at == std::string_view::npos) return refused;
  const std::string_view local = address.substr(0, at);
  const std::string domain(address.substr(at + 1));
  if (local.size() > kLocalPartBytesMax || !IsDotString(local)) return refused;
  const std::string ascii_domain = ToAsciiDomain(domain);
  if (ascii_domain.empty()) return refused;

  Mailbox mailbox;
  mailbox.address_ = std::string(address);
  mailbox.display_name_ = name.text();
  mailbox.wire_address_ = absl::StrCat(std::string(local), "@", ascii_domain);
  mailbox.needs_smtputf8_ = !IsAscii(local);
  if (mailbox.wire_address_.size() > kEmailBytesMax) return refused;
  return mailbox;
}

std::string_view Mailbox::domain() const {
  return std::string_view(wire_address_).substr(wire_address_.find('@') + 1);
}

}  // namespace wici::notification
