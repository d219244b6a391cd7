// From a delivery and the facts of the moment to a mail, or to the reason why there is none.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_MESSAGE_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_MESSAGE_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/mail/dkim.h"
#include "services/notification/mail/mail_keys.h"
#include "services/notification/mail/mailbox.h"
#include "services/notification/peers/peers.h"
#include "services/notification/templates/template_store.h"
#include "wici/notification/v1/subscription.pb.h"
#include "wici/people/v1/contact_point_service.pb.h"
#include "wici/registration/v1/link_service.pb.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::notification {

// Who sends, and where its pages are.
struct Sender {
  Mailbox from;
  // Links lead to <public_url>/answer?answer_token=..., <public_url>/registration?manage_token=...,
  // <public_url>/confirm-consent?consent_token=..., <public_url>/check-in?check_in_token=...,
  // <public_url>/calendar?calendar_token=... (a feed to subscribe to, GetOwnCalendar),
  // <public_url>/survey?manage_token=... (GetOwnSurvey, AnswerOwnSurvey), those of an
  // offer to <public_url>/accept-offer?manage_token=... and
  // <public_url>/decline-offer?manage_token=..., pages that ask once more: what opens a link is not
  // always the person.
  std::string public_url;
  // Signs what comes back: the envelope sender, and the links to unsubscribe, which only audience
  // mail carries. Without keys there is neither.
  std::optional<MailKeys> keys = std::nullopt;
  // Mails come back to "b+<token>@<bounce_domain>"; "" for `from`.
  std::string bounce_domain = "";
  std::vector<DkimSigner> dkim = {};
};

// The envelope sender of a delivery, the same in every attempt.
Mailbox EnvelopeSender(const Sender& sender, std::string_view delivery_id);

// What is put into an inbox, and a digest.
struct ShortMessage {
  std::string title;
  std::string text;
  std::string url;  // where a click leads, or ""
};

// Whether a mail lists what was collected for its person (digests/digest_store.h).
bool IsDigest(const ClaimedDelivery& delivery);

// The facts as they are when the mail is made; a null one does not exist (any more).
struct MessageFacts {
  const Subject* subject = nullptr;
  const people::v1::ContactPoint* person = nullptr;
  const registration::v1::Links* links = nullptr;
  // Of a template of an organisation; null for a built-in one.
  const TemplateTexts* texts = nullptr;
  // Of a mail to the contact of a subscription (contact_mail.h), which has no other.
  const v1::Subscription* subscription = nullptr;
  // What a digest lists, without what is no longer true.
  std::vector<ShortMessage> digest = {};
  // Of what is for those who take part (rules/takes_part.h): where the person's registration for
  // the event stands, UNSPECIFIED without an active one.
  registration::v1::RegistrationState participation =
      registration::v1::REGISTRATION_STATE_UNSPECIFIED;
};

// Composes the mail of `delivery`, or says why it is not sent: the event is gone or was called off,
// the invitation or registration is over, what it says of the registration or the meeting is not
// true any more, nothing is left of a digest, the person is unknown, does not take part or has not
// agreed, the address cannot be written, the template is broken or makes more than 1 MiB. Pure.
std::variant<Outgoing, AttemptResult> MakeMail(const ClaimedDelivery& delivery,
                                               const MessageFacts& facts, const Sender& sender,
                                               absl::Time now);

// The same as a short message without address and calendar part. Pure.
std::variant<ShortMessage, AttemptResult> MakeShortMessage(const ClaimedDelivery& delivery,
                                                           const MessageFacts& facts,
                                                           const Sender& sender, absl::Time now);

// Message-ID of a delivery, the same in every attempt, without angle brackets.
std::string MessageId(std::string_view delivery_id, const Mailbox& from);
// By what a receiver knows the attempts of one delivery: Message-ID, webhook-id, or the id that an
// SMS or a pushed message carries.
std::string StableId(v1::Channel channel, std::string_view delivery_id, const Mailbox& from);
// UID of the calendar entry of an event that does not say one itself, the same in every mail.
std::string CalendarUid(std::string_view event, const Mailbox& from);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_MESSAGE_H_
