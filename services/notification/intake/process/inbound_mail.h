// What a mail that came in says: a bounce, a complaint, an answer to a calendar entry, or nothing
// for us. Reads mails of strangers with GMime, in a process of its own that can do nothing else.
//
// Nothing in a mail is believed: what a mail was about is known by the token in an address of ours,
// and the service checks that. Only an answer to a calendar entry has no token: whoever knows the
// entry and the address can forge one. No mail is ever answered.
#ifndef WICI_SERVICES_NOTIFICATION_INTAKE_PROCESS_INBOUND_MAIL_H_
#define WICI_SERVICES_NOTIFICATION_INTAKE_PROCESS_INBOUND_MAIL_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "services/notification/intake/process/calendar_reply.h"

namespace wici::notification {

// A longer mail is cut there; reports say what they have to say at the beginning.
inline constexpr std::size_t kInboundMailMax = 4 << 20;

// A mail came back (RFC 3464, with addresses in UTF-8 RFC 6533), to "b+<token>@...".
struct InboundBounce {
  std::string token;
  std::string action;
  std::string status;
};

// A receiver complains (RFC 5965); the token stands in the envelope sender of the original.
struct InboundComplaint {
  std::string token;
  std::string feedback_type;
};

// A mail to the address of List-Unsubscribe, "u+<token>@...". What it says does not matter.
struct InboundUnsubscribe {
  std::string token;
};

// Nothing for us: an out-of-office note, spam, or broken.
struct InboundNothing {
  std::string why;  // for the log, without anything of the mail
};

using Inbound = std::variant<InboundNothing, InboundBounce, InboundComplaint, InboundUnsubscribe,
                             CalendarReply>;

// `recipient` is the address the mail was sent to, by its envelope. Not thread-safe: GMime.
Inbound ReadInbound(std::string_view mail, std::string_view recipient);

// The token in the local part of "b+<token>@host" for `mark` "b"; "" for another address.
std::string TokenIn(std::string_view address, std::string_view mark);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_INTAKE_PROCESS_INBOUND_MAIL_H_
