#include "services/notification/message.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/notification/mail/calendar.h"
#include "services/notification/mail/event_times.h"
#include "services/notification/mail/mime.h"
#include "services/notification/mail/templates.h"

namespace wici::notification {
namespace {

namespace registration_v1 = registration::v1;

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

// In the wished language, or in English, or in any.
std::string InLanguage(const google::protobuf::Map<std::string, std::string>& texts,
                       const std::string& language) {
  for (const std::string& wish : {language, std::string("en")}) {
    const auto found = texts.find(wish);
    if (found != texts.end()) return found->second;
  }
  return texts.empty() ? "" : texts.begin()->second;
}

// Only what a browser opens: a link in a mail must not run a script.
std::string WebUrl(const std::string& url) {
  return absl::StartsWith(url, "https://") || absl::StartsWith(url, "http://") ? url : "";
}

std::string Where(const registration_v1::Event& event) {
  // The same word in each language of the templates.
  if (!event.has_venue()) return "online";
  const registration_v1::Venue& venue = event.venue();
  return venue.address().empty() ? venue.display_name()
                                 : absl::StrCat(venue.display_name(), ", ", venue.address());
}

bool TellsOfAnEnd(const ClaimedDelivery& delivery) {
  return delivery.template_name == "templates/event-cancelled" ||
         delivery.template_name == "templates/meeting-cancelled" ||
         delivery.template_name == "templates/registration-cancelled";
}

// Why the message would no longer be true, or UNSPECIFIED when it is.
v1::DeliveryReason WhyNot(const ClaimedDelivery& delivery, const MessageFacts& facts) {
  if (facts.event == nullptr) return v1::DELIVERY_REASON_RESOURCE_UNKNOWN;
  const bool called_off = facts.event->state() == registration_v1::EVENT_STATE_CANCELLED;
  if (called_off && !TellsOfAnEnd(delivery)) return v1::DELIVERY_REASON_OVERTAKEN;
  const bool over = facts.links == nullptr && delivery.resource != delivery.event;
  if (over && !TellsOfAnEnd(delivery)) return v1::DELIVERY_REASON_OVERTAKEN;
  if (facts.person == nullptr) return v1::DELIVERY_REASON_PERSON_UNKNOWN;
  // Whoever has the tokens acts for the person: they go to nobody else, whoever asks for it.
  if (facts.links != nullptr && !facts.links->person().empty() &&
      facts.links->person() != delivery.person) {
    return v1::DELIVERY_REASON_RESOURCE_UNKNOWN;
  }
  const v1::Template* found = FindTemplate(delivery.template_name);
  if (found == nullptr) return v1::DELIVERY_REASON_TEMPLATE_DEFECT;
  if (found->purpose() != v1::PURPOSE_SERVICE && !facts.person->audience_consent()) {
    return v1::DELIVERY_REASON_NO_CONSENT;
  }
  return v1::DELIVERY_REASON_UNSPECIFIED;
}

std::string Link(const Sender& sender, std::string_view page, std::string_view parameter,
                 const std::string& token) {
  if (token.empty()) return "";
  return absl::StrCat(sender.public_url, "/", std::string(page), "?", std::string(parameter), "=",
                      token);
}

std::string Organiser(const registration_v1::Event& event) {
  return event.organisers().empty() ? "wici" : event.organisers(0).display_name();
}

absl::StatusOr<TemplateValues> Values(const MessageFacts& facts, const Sender& sender,
                                      const Mailbox& to, const std::string& language) {
  const registration_v1::Event& event = *facts.event;
  TemplateValues values;
  WICI_ASSIGN_OR_RETURN(EventTimes times,
                        DescribeEventTimes(TimeOf(event.start_time()), TimeOf(event.end_time()),
                                           event.time_zone(), language));
  values.name = to.display_name();
  values.event_title = InLanguage(event.title(), language);
  values.organiser = Organiser(event);
  values.date = std::move(times.date);
  values.when = std::move(times.when);
  values.where = Where(event);
  values.summary = InLanguage(event.summary(), language);
  values.reason = event.change_reason();
  if (facts.links == nullptr) return values;
  const registration_v1::Links& links = *facts.links;
  values.answer_url = Link(sender, "answer", "answer_token", links.answer_token());
  values.manage_url = Link(sender, "registration", "manage_token", links.manage_token());
  values.check_in_url = Link(sender, "check-in", "check_in_token", links.check_in_token());
  // The address of the room is for those who have a seat.
  if (!links.check_in_token().empty()) values.online_url = WebUrl(event.online_url());
  return values;
}

absl::StatusOr<CalendarPart> MakeCalendar(const ClaimedDelivery& delivery,
                                          const registration_v1::Event& event,
                                          const TemplateValues& values, const Mailbox& organizer,
                                          const Mailbox& attendee, absl::Time now) {
  WICI_ASSIGN_OR_RETURN(HeaderValue uid, HeaderValue::Parse(CalendarUid(event.name(), organizer)));
  return BuildCalendar(CalendarEntry{.method = delivery.calendar_method,
                                     .uid = std::move(uid),
                                     .sequence = delivery.calendar_sequence,
                                     .stamp = now,
                                     .start = TimeOf(event.start_time()),
                                     .end = TimeOf(event.end_time()),
                                     .time_zone = event.time_zone(),
                                     .summary = values.event_title,
                                     .description = values.summary,
                                     .location = values.where,
                                     .url = values.online_url,
                                     .tentative = values.check_in_url.empty(),
                                     .organizer = organizer,
                                     .attendee = attendee});
}

absl::StatusOr<Mail> Compose(const ClaimedDelivery& delivery, const MessageFacts& facts,
                             const Sender& sender, const Mailbox& to, absl::Time now) {
  const registration_v1::Event& event = *facts.event;
  const std::string language = ChooseLanguage(
      {facts.person->language(), event.languages().empty() ? "" : event.languages(0)});
  WICI_ASSIGN_OR_RETURN(const TemplateValues values, Values(facts, sender, to, language));
  WICI_ASSIGN_OR_RETURN(RenderedTexts texts,
                        RenderTemplate(delivery.template_name, language, values));
  WICI_ASSIGN_OR_RETURN(HeaderValue subject, HeaderValue::Parse(texts.subject));
  WICI_ASSIGN_OR_RETURN(HeaderValue message_id,
                        HeaderValue::Parse(MessageId(delivery.id, sender.from)));
  WICI_ASSIGN_OR_RETURN(
      HeaderValue thread_id,
      HeaderValue::Parse(absl::StrCat("event.", CalendarUid(event.name(), sender.from))));
  WICI_ASSIGN_OR_RETURN(Mailbox from, Mailbox::Parse(sender.from.address(), values.organiser));
  std::optional<CalendarPart> calendar;
  if (delivery.calendar_method != v1::CALENDAR_METHOD_UNSPECIFIED) {
    WICI_ASSIGN_OR_RETURN(calendar, MakeCalendar(delivery, event, values, from, to, now));
  }
  return Mail{.from = std::move(from),
              .to = to,
              .subject = std::move(subject),
              .message_id = std::move(message_id),
              .thread_id = std::move(thread_id),
              .date = now,
              .language = language,
              .text = std::move(texts.text),
              .html = std::move(texts.html),
              .calendar = std::move(calendar)};
}

}  // namespace

std::string MessageId(std::string_view delivery_id, const Mailbox& from) {
  return absl::StrCat(std::string(delivery_id), "@", std::string(from.domain()));
}

std::string CalendarUid(std::string_view event, const Mailbox& from) {
  return absl::StrCat(std::string(event.substr(event.rfind('/') + 1)), "@",
                      std::string(from.domain()));
}

std::variant<OutgoingMail, AttemptResult> MakeMail(const ClaimedDelivery& delivery,
                                                   const MessageFacts& facts, const Sender& sender,
                                                   absl::Time now) {
  const v1::DeliveryReason reason = WhyNot(delivery, facts);
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
  return OutgoingMail{mail->from, mail->to, ComposeMail(*mail)};
}

}  // namespace wici::notification
