#include "services/notification/sending/message.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/calendar/calendar.h"
#include "services/notification/mail/mime.h"
#include "services/notification/preferences/rules/may_send.h"
#include "services/notification/sending/message_values.h"
#include "services/notification/sending/rules/takes_part.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/rules/render.h"
#include "services/notification/timers/rules/plan_timers.h"

namespace wici::notification {
namespace {

namespace registration_v1 = registration::v1;

// Far more than texts and a calendar entry need.
constexpr std::size_t kMailMax = 1 << 20;
constexpr std::size_t kShortTextMax = 64 * 1024;

AttemptResult NotSent(v1::DeliveryReason reason) {
  AttemptResult result;
  result.outcome = v1::ATTEMPT_OUTCOME_SUPPRESSED;
  result.reason = reason;
  return result;
}

AttemptResult Rejected(v1::DeliveryReason reason) {
  AttemptResult result;
  result.outcome = v1::ATTEMPT_OUTCOME_REJECTED;
  result.reason = reason;
  return result;
}

bool IsAboutEvent(const ClaimedDelivery& delivery) { return !delivery.event.empty(); }

struct MeetingTruth {
  std::string_view template_name;
  registration_v1::MeetingState state;
};

// What messages about meetings say.
constexpr MeetingTruth kMeetingTruths[] = {
    {"templates/meeting-accepted", registration_v1::MEETING_STATE_ACCEPTED},
    {"templates/meeting-declined", registration_v1::MEETING_STATE_DECLINED},
    {"templates/meeting-expired", registration_v1::MEETING_STATE_EXPIRED},
    {"templates/meeting-requested", registration_v1::MEETING_STATE_REQUESTED},
    {"templates/meeting-rescheduled", registration_v1::MEETING_STATE_SCHEDULED},
    {"templates/meeting-scheduled", registration_v1::MEETING_STATE_SCHEDULED}};

// Whether the event, the meeting or the registration stands as the message says.
bool IsTrue(const ClaimedDelivery& delivery, const MessageFacts& facts, absl::Time now) {
  const registration_v1::MeetingState meeting = facts.subject->meeting;
  for (const MeetingTruth& truth : kMeetingTruths) {
    if (meeting == registration_v1::MEETING_STATE_UNSPECIFIED) break;
    if (truth.template_name == delivery.template_name && truth.state != meeting) return false;
  }
  if (delivery.template_name == "templates/event-cancelled" &&
      facts.subject->event.state() != registration_v1::EVENT_STATE_CANCELLED) {
    return false;
  }
  if (delivery.template_name == "templates/session-rescheduled" && facts.subject->called_off) {
    return false;
  }
  if (delivery.anchor) {
    // A reminder is for those who have a seat, and never of a time that is no longer right.
    const bool has_seat = facts.links != nullptr && !facts.links->check_in_token().empty();
    return has_seat && IsTimedFor(delivery.template_name, *delivery.anchor, facts.subject->event);
  }
  if (facts.links == nullptr) return true;
  const registration_v1::Links& links = *facts.links;
  if (delivery.template_name == "templates/registration-offered") {
    return links.state() == registration_v1::REGISTRATION_STATE_OFFERED &&
           now < TimeOf(links.expire_time());
  }
  return delivery.template_name != "templates/registration-offer-lapsed" ||
         links.state() == registration_v1::REGISTRATION_STATE_WAITLISTED;
}

// The texts of the template, or nullptr when there is none.
const v1::TemplateVersion* TextsOf(const ClaimedDelivery& delivery, const MessageFacts& facts) {
  return facts.texts != nullptr ? &facts.texts->version
                                : FindBuiltInVersion(delivery.template_name);
}

// Of a template that exists.
v1::Purpose PurposeOf(const ClaimedDelivery& delivery, const MessageFacts& facts) {
  return facts.texts != nullptr ? facts.texts->purpose
                                : FindBuiltIn(delivery.template_name)->purpose();
}

// Why the message would no longer be true, or UNSPECIFIED when it is.
v1::DeliveryReason WhyNot(const ClaimedDelivery& delivery, const MessageFacts& facts,
                          absl::Time now) {
  if (facts.subject == nullptr) return v1::DELIVERY_REASON_RESOURCE_UNKNOWN;
  const bool called_off = facts.subject->event.state() == registration_v1::EVENT_STATE_CANCELLED;
  if (called_off && !TellsOfAnEnd(delivery.template_name)) return v1::DELIVERY_REASON_OVERTAKEN;
  const bool over =
      IsAboutEvent(delivery) && facts.links == nullptr && delivery.resource != delivery.event;
  if (over && !TellsOfAnEnd(delivery.template_name)) return v1::DELIVERY_REASON_OVERTAKEN;
  if (!IsTrue(delivery, facts, now)) return v1::DELIVERY_REASON_OVERTAKEN;
  if (IsDigest(delivery) && facts.digest.empty()) return v1::DELIVERY_REASON_OVERTAKEN;
  if (facts.person == nullptr) return v1::DELIVERY_REASON_PERSON_UNKNOWN;
  // Whoever has the tokens acts for the person: they go to nobody else, whoever asks for it.
  if (facts.links != nullptr && !facts.links->person().empty() &&
      facts.links->person() != delivery.person) {
    return v1::DELIVERY_REASON_RESOURCE_UNKNOWN;
  }
  if (TextsOf(delivery, facts) == nullptr) return v1::DELIVERY_REASON_TEMPLATE_DEFECT;
  if (IsForParticipants(PurposeOf(delivery, facts), delivery) &&
      !TakesPart(delivery.template_name, facts.participation)) {
    return v1::DELIVERY_REASON_NOT_TAKING_PART;
  }
  // For those whose owner keeps none, the check just before sending knows (PreferenceCheck).
  if (IsAudience(PurposeOf(delivery, facts)) && OwnerKeepsConsents(delivery.person) &&
      !facts.person->audience_consent()) {
    return v1::DELIVERY_REASON_NO_CONSENT;
  }
  return v1::DELIVERY_REASON_UNSPECIFIED;
}

// Of a meeting, and of what is over, as its change said; of what still stands as it is now, like
// all that the mail says.
std::int32_t SequenceOf(const ClaimedDelivery& delivery, const MessageFacts& facts) {
  if (absl::StrContains(delivery.event, "/meetings/")) return delivery.calendar_sequence;
  const std::int32_t own = facts.links == nullptr ? 0 : facts.links->calendar_changes();
  return std::max(delivery.calendar_sequence, facts.subject->event.calendar_changes() + own);
}

// The texts in the language of the person, or of the event.
const v1::TemplateVersion::Content& ContentFor(const ClaimedDelivery& delivery,
                                               const MessageFacts& facts) {
  const registration_v1::Event& event = facts.subject->event;
  return ChooseContent(
      *TextsOf(delivery, facts),
      {facts.person->language(), event.languages().empty() ? "" : event.languages(0)});
}

absl::StatusOr<CalendarPart> MakeCalendar(const ClaimedDelivery& delivery,
                                          const MessageFacts& facts, const TemplateValues& values,
                                          const Mailbox& organizer, const Mailbox& attendee,
                                          absl::Time now) {
  const registration_v1::Event& event = facts.subject->event;
  const bool cancel = delivery.calendar_method == v1::CALENDAR_METHOD_CANCEL;
  calendar::Entry entry{
      .uid = event.calendar_uid().empty() ? CalendarUid(event.name(), organizer)
                                          : event.calendar_uid(),
      .sequence = SequenceOf(delivery, facts),
      .stamp = now,
      .start = TimeOf(event.start_time()),
      .end = TimeOf(event.end_time()),
      .time_zone = event.time_zone(),
      .summary = values.event_title,
      .description = values.summary,
      .location = values.where,
      .url = values.online_url,
      .organizer = calendar::Person{organizer.display_name(), organizer.wire_address()},
      .attendee = calendar::Person{attendee.display_name(), attendee.wire_address()}};
  if (cancel) {
    entry.status = calendar::EntryStatus::kCancelled;
  } else if (values.check_in_url.empty()) {
    entry.status = calendar::EntryStatus::kTentative;
  }
  WICI_RETURN_IF_ERROR(HeaderValue::Parse(entry.uid).status());
  const calendar::Method method = cancel ? calendar::Method::kCancel : calendar::Method::kRequest;
  WICI_ASSIGN_OR_RETURN(std::string text, calendar::WriteCalendar(method, {entry}));
  return CalendarPart{std::string(calendar::MethodName(method)), std::move(text)};
}

// Audience mail can be left by one click; transactional mail has nothing to be left.
absl::StatusOr<std::optional<ListHeaders>> MakeList(const ClaimedDelivery& delivery,
                                                    const MessageFacts& facts,
                                                    const Sender& sender) {
  if (!sender.keys || !IsAudience(PurposeOf(delivery, facts))) return std::nullopt;
  const std::string token = sender.keys->UnsubscribeToken(delivery.id);
  // "templates/{template}", or a version of one.
  const std::string from_id = delivery.template_name.substr(delivery.template_name.find('/') + 1);
  const std::string id = from_id.substr(0, from_id.find('/'));
  WICI_ASSIGN_OR_RETURN(HeaderValue list_id, HeaderValue::Parse(absl::StrCat(
                                                 id, ".", std::string(sender.from.domain()))));
  WICI_ASSIGN_OR_RETURN(HeaderValue page, HeaderValue::Parse(absl::StrCat(
                                              sender.public_url, "/unsubscribe?token=", token)));
  WICI_ASSIGN_OR_RETURN(
      HeaderValue address,
      HeaderValue::Parse(sender.bounce_domain.empty()
                             ? ""
                             : absl::StrCat("u+", token, "@", sender.bounce_domain)));
  return ListHeaders{std::move(list_id), std::move(page), std::move(address)};
}

// Messages about a session stand with those about its event.
std::string_view ThreadOf(std::string_view event) {
  return event.substr(0, event.find("/sessions/"));
}

absl::StatusOr<Mail> Compose(const ClaimedDelivery& delivery, const MessageFacts& facts,
                             const Sender& sender, const Mailbox& to, absl::Time now) {
  const registration_v1::Event& event = facts.subject->event;
  const v1::TemplateVersion::Content& content = ContentFor(delivery, facts);
  const std::string& language = content.language();
  WICI_ASSIGN_OR_RETURN(const TemplateValues values,
                        ValuesOf(delivery, facts, sender, language, now));
  WICI_ASSIGN_OR_RETURN(RenderedTexts texts, Render(content, values));
  WICI_ASSIGN_OR_RETURN(HeaderValue subject, HeaderValue::Parse(texts.subject));
  WICI_ASSIGN_OR_RETURN(HeaderValue message_id,
                        HeaderValue::Parse(MessageId(delivery.id, sender.from)));
  WICI_ASSIGN_OR_RETURN(
      HeaderValue thread_id,
      HeaderValue::Parse(
          IsAboutEvent(delivery)
              ? absl::StrCat("event.", CalendarUid(ThreadOf(event.name()), sender.from))
              : ""));
  WICI_ASSIGN_OR_RETURN(Mailbox from, Mailbox::Parse(sender.from.address(), values.organiser));
  std::optional<CalendarPart> part;
  if (delivery.calendar_method != v1::CALENDAR_METHOD_UNSPECIFIED) {
    WICI_ASSIGN_OR_RETURN(part, MakeCalendar(delivery, facts, values, from, to, now));
  }
  WICI_ASSIGN_OR_RETURN(std::optional<ListHeaders> list, MakeList(delivery, facts, sender));
  WICI_ASSIGN_OR_RETURN(HeaderValue content_language, HeaderValue::Parse(language));
  return Mail{.from = std::move(from),
              .to = to,
              .subject = std::move(subject),
              .message_id = std::move(message_id),
              .thread_id = std::move(thread_id),
              .date = now,
              .list = std::move(list),
              .language = std::move(content_language),
              .text = std::move(texts.text),
              .html = std::move(texts.html),
              .calendar = std::move(part)};
}

}  // namespace

bool IsDigest(const ClaimedDelivery& delivery) { return delivery.template_name == kDigestTemplate; }

Mailbox EnvelopeSender(const Sender& sender, std::string_view delivery_id) {
  if (!sender.keys || sender.bounce_domain.empty()) return sender.from;
  const absl::StatusOr<Mailbox> verp = Mailbox::Parse(
      absl::StrCat("b+", sender.keys->BounceToken(delivery_id), "@", sender.bounce_domain));
  return verp.ok() ? *verp : sender.from;
}

std::string MessageId(std::string_view delivery_id, const Mailbox& from) {
  return absl::StrCat(std::string(delivery_id), "@", std::string(from.domain()));
}

std::string StableId(v1::Channel channel, std::string_view delivery_id, const Mailbox& from) {
  const bool by_http = channel == v1::CHANNEL_WEBHOOK || channel == v1::CHANNEL_SMS ||
                       channel == v1::CHANNEL_WEB_PUSH;
  return by_http ? std::string(delivery_id) : MessageId(delivery_id, from);
}

std::string CalendarUid(std::string_view event, const Mailbox& from) {
  return absl::StrCat(std::string(event.substr(event.rfind('/') + 1)), "@",
                      std::string(from.domain()));
}

std::variant<Outgoing, AttemptResult> MakeMail(const ClaimedDelivery& delivery,
                                               const MessageFacts& facts, const Sender& sender,
                                               absl::Time now) {
  const v1::DeliveryReason reason = WhyNot(delivery, facts, now);
  if (reason != v1::DELIVERY_REASON_UNSPECIFIED) return NotSent(reason);
  absl::StatusOr<Mailbox> to = Mailbox::Parse(facts.person->email(), facts.person->display_name());
  // A name that cannot stand in a header is left out; the address alone still finds its way.
  if (!to.ok()) to = Mailbox::Parse(facts.person->email());
  if (!to.ok()) return Rejected(v1::DELIVERY_REASON_ADDRESS_INVALID);
  const absl::StatusOr<Mail> mail = Compose(delivery, facts, sender, *to, now);
  if (!mail.ok()) {
    Log(LogLevel::kError, "mail_not_composed",
        {{"delivery", delivery.id},
         {"template", delivery.template_name},
         {"error", std::string(mail.status().message())}});
    return Rejected(v1::DELIVERY_REASON_TEMPLATE_DEFECT);
  }
  std::string message = SignMail(sender.dkim, ComposeMail(*mail), now);
  if (message.size() > kMailMax) return Rejected(v1::DELIVERY_REASON_TEMPLATE_DEFECT);
  return Outgoing{std::string(to->domain()), to->wire_address(), std::move(message)};
}

std::variant<ShortMessage, AttemptResult> MakeShortMessage(const ClaimedDelivery& delivery,
                                                           const MessageFacts& facts,
                                                           const Sender& sender, absl::Time now) {
  const v1::DeliveryReason reason = WhyNot(delivery, facts, now);
  if (reason != v1::DELIVERY_REASON_UNSPECIFIED) return NotSent(reason);
  const v1::TemplateVersion::Content& content = ContentFor(delivery, facts);
  const auto values = ValuesOf(delivery, facts, sender, content.language(), now);
  if (!values.ok()) return Rejected(v1::DELIVERY_REASON_TEMPLATE_DEFECT);
  absl::StatusOr<RenderedTexts> texts = Render(content, *values);
  if (!texts.ok() || texts->text.size() > kShortTextMax) {
    return Rejected(v1::DELIVERY_REASON_TEMPLATE_DEFECT);
  }
  const std::string& url = values->answer_url.empty() ? values->manage_url : values->answer_url;
  return ShortMessage{std::move(texts->subject), std::move(texts->text), url};
}

}  // namespace wici::notification
