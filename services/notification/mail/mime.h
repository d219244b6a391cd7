// Composes a mail: strict types in, one RFC 5322 message out, nothing else possible.
//
//   multipart/mixed
//     multipart/alternative
//       text/plain
//       text/html
//       text/calendar; method=REQUEST      (with a calendar part only, and then last)
//     application/ics; attachment          (the same text, for clients without iMIP)
//
// Without a calendar part the message is the multipart/alternative alone. Bodies are
// quoted-printable or base64, so a message is 7-bit and its lines stay under 80 octets; the one
// exception is a UTF-8 address, which RFC 6532 wants as it is. Pure and thread-safe.
#ifndef WICI_SERVICES_NOTIFICATION_MAIL_MIME_H_
#define WICI_SERVICES_NOTIFICATION_MAIL_MIME_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "services/notification/mail/mailbox.h"

namespace wici::notification {

// A calendar object (RFC 5545, libs/calendar/calendar.h) and its method: RFC 6047 wants METHOD in
// the text and in the type to be equal.
struct CalendarPart {
  std::string method;  // "REQUEST"
  std::string text;
};

// What makes audience mail easy to leave: List-Id (RFC 2919) and List-Unsubscribe with one click
// (RFC 8058), a page first, an address second.
struct ListHeaders {
  HeaderValue id;       // "invitation.wici.example.org"
  HeaderValue page;     // "https://..."
  HeaderValue address;  // "u+<token>@...", "" for none
};

struct Mail {
  Mailbox from;
  Mailbox to;
  HeaderValue subject;
  // Without angle brackets: "<delivery id>@<domain>", the same in every attempt.
  HeaderValue message_id;
  // The thread it belongs to, without angle brackets; "" for none.
  HeaderValue thread_id;
  absl::Time date;
  // Audience mail has them, transactional mail never.
  std::optional<ListHeaders> list = std::nullopt;
  HeaderValue language;  // BCP-47
  std::string text;      // lines end with "\n"
  std::string html;
  std::optional<CalendarPart> calendar;
};

// The message, lines ending with CR LF. The same mail gives the same bytes.
std::string ComposeMail(const Mail& mail);

// The pieces, for their tests.

// RFC 2045 quoted-printable with CR LF line ends.
std::string EncodeQuotedPrintable(std::string_view text);
// RFC 2045 base64 in lines of 76.
std::string EncodeBase64Lines(std::string_view bytes);
// "Name: value" folded at 78 columns, with RFC 2047 words where `value` is not ASCII.
std::string EncodeHeader(std::string_view name, const HeaderValue& value);
// `; name="value"`, or RFC 2231 `; name*=UTF-8''...` where `value` is not ASCII.
std::string EncodeParameter(std::string_view name, const HeaderValue& value);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_MAIL_MIME_H_
