// Text that is safe to put on the wire: strict types for mail addresses and header fields.
//
// libcurl and every SMTP server take what they are given, line breaks included, so an address
// "b@y>\r\nRCPT TO:<evil@z" would become a second recipient. Nothing reaches the composer or the
// transport except as one of these types, and they cannot hold such text.
#ifndef WICI_SERVICES_NOTIFICATION_MAIL_MAILBOX_H_
#define WICI_SERVICES_NOTIFICATION_MAIL_MAILBOX_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wici::notification {

// The text of a header field: valid UTF-8, no control characters (so no CR, LF, NUL), at most
// kBytesMax bytes. Immutable.
class HeaderValue {
 public:
  static constexpr std::size_t kBytesMax = 998;

  // INVALID_ARGUMENT for anything else. The message never repeats the text.
  static absl::StatusOr<HeaderValue> Parse(std::string_view text);
  const std::string& text() const { return text_; }

 private:
  explicit HeaderValue(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// A mail address with the name to show (RFC 5321 dot-string local part, RFC 6531 UTF-8 allowed).
// Quoted local parts and address literals are refused: nobody has them, and they are where
// injection hides. Case, dots and plus signs are left as they are. Immutable.
class Mailbox {
 public:
  // INVALID_ARGUMENT unless `address` is local@domain with a local part of at most 64 bytes and a
  // domain that IDNA 2008 can write in ASCII, and `display_name` (may be empty) is a HeaderValue.
  // The message never repeats the address.
  static absl::StatusOr<Mailbox> Parse(std::string_view address,
                                       std::string_view display_name = {});

  // As given.
  const std::string& address() const { return address_; }
  const std::string& display_name() const { return display_name_; }
  // Domain in A-labels: what every SMTP server understands unless the local part is not ASCII.
  const std::string& wire_address() const { return wire_address_; }
  // The local part is not ASCII: only a server with SMTPUTF8 can take it.
  bool needs_smtputf8() const { return needs_smtputf8_; }
  // The domain in A-labels.
  std::string_view domain() const;

 private:
  Mailbox() = default;
  std::string address_;
  std::string display_name_;
  std::string wire_address_;
  bool needs_smtputf8_ = false;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_MAIL_MAILBOX_H_
