#include "services/notification/sending/message_values.h"

#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/notification/mail/event_times.h"
#include "services/notification/timers/rules/plan_timers.h"

namespace wici::notification {
namespace {

namespace registration_v1 = registration::v1;

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

std::string Where(const registration_v1::Event& event, const std::string& language) {
  if (!event.has_venue()) return language == "uk" ? "онлайн" : "online";
  const registration_v1::Venue& venue = event.venue();
  return venue.address().empty() ? venue.display_name()
                                 : absl::StrCat(venue.display_name(), ", ", venue.address());
}

std::string Link(const Sender& sender, std::string_view page, std::string_view parameter,
                 const std::string& token) {
  if (token.empty()) return "";
  return absl::StrCat(sender.public_url, "/", std::string(page), "?", std::string(parameter), "=",
                      token);
}

std::string OrganiserOf(const registration_v1::Event& event, const Sender& sender) {
  if (!event.organisers().empty()) return event.organisers(0).display_name();
  return sender.from.display_name().empty() ? "wici" : sender.from.display_name();
}

absl::Status AddEventValues(const ClaimedDelivery& delivery, const registration_v1::Event& event,
                            const std::string& language, absl::Time now, TemplateValues& values) {
  WICI_ASSIGN_OR_RETURN(EventTimes times,
                        DescribeEventTimes(TimeOf(event.start_time()), TimeOf(event.end_time()),
                                           event.time_zone(), language));
  values.event_title = InLanguage(event.title(), language);
  values.date = std::move(times.date);
  values.when = std::move(times.when);
  values.where = Where(event, language);
  values.summary = InLanguage(event.summary(), language);
  values.spoken_languages =
      NamesOfLanguages({event.languages().begin(), event.languages().end()}, language);
  // Why an event was moved is not why a registration was cancelled.
  if (!absl::StartsWith(delivery.template_name, "templates/registration-")) {
    values.reason = event.change_reason();
  }
  const Countdown countdown = CountDown(event, now);
  values.days = countdown.days;
  values.hours = countdown.hours;
  return absl::OkStatus();
}

absl::Status AddLinkValues(const registration_v1::Links& links, const registration_v1::Event& event,
                           const Sender& sender, const std::string& language,
                           TemplateValues& values) {
  values.answer_url = Link(sender, "answer", "answer_token", links.answer_token());
  values.calendar_url = Link(sender, "calendar", "calendar_token", links.calendar_token());
  values.manage_url = Link(sender, "registration", "manage_token", links.manage_token());
  if (links.survey_open()) {
    values.survey_url = Link(sender, "survey", "manage_token", links.manage_token());
  }
  if (links.state() == registration_v1::REGISTRATION_STATE_OFFERED) {
    values.accept_url = Link(sender, "accept-offer", "manage_token", links.manage_token());
    values.decline_url = Link(sender, "decline-offer", "manage_token", links.manage_token());
    WICI_ASSIGN_OR_RETURN(
        values.until, DescribeInstant(TimeOf(links.expire_time()), event.time_zone(), language));
  }
  values.check_in_url = Link(sender, "check-in", "check_in_token", links.check_in_token());
  // The address of the room is for those who have a seat.
  if (!links.check_in_token().empty()) values.online_url = WebUrl(event.online_url());
  return absl::OkStatus();
}

// The link by which a consent is confirmed works as long as its mail may be sent.
void AddConsentValues(const ClaimedDelivery& delivery, const Sender& sender, absl::Time now,
                      TemplateValues& values) {
  if (!sender.keys || !absl::StartsWith(delivery.resource, "consents/")) return;
  values.confirm_url = Link(sender, "confirm-consent", "consent_token",
                            sender.keys->ConsentToken(delivery.resource, delivery.expires));
  values.days = absl::ToInt64Hours(absl::Ceil(delivery.expires - now, absl::Hours(24))) / 24;
}

void AddDigestValues(const MessageFacts& facts, TemplateValues& values) {
  for (const ShortMessage& item : facts.digest) {
    if (!values.items.empty()) absl::StrAppend(&values.items, "\n\n");
    absl::StrAppend(&values.items, "- ", item.title);
    if (!item.url.empty()) absl::StrAppend(&values.items, "\n  ", item.url);
  }
  values.count = static_cast<std::int64_t>(facts.digest.size());
}

}  // namespace

absl::StatusOr<TemplateValues> ValuesOf(const ClaimedDelivery& delivery, const MessageFacts& facts,
                                        const Sender& sender, const std::string& language,
                                        absl::Time now) {
  const registration_v1::Event& event = facts.subject->event;
  TemplateValues values;
  // A name that could not stand in a header is nobody's name.
  if (HeaderValue::Parse(facts.person->display_name()).ok()) {
    values.name = facts.person->display_name();
  }
  values.organiser = OrganiserOf(event, sender);
  if (delivery.event.empty()) {
    AddConsentValues(delivery, sender, now, values);
    AddDigestValues(facts, values);
    return values;
  }
  WICI_RETURN_IF_ERROR(AddEventValues(delivery, event, language, now, values));
  if (facts.links == nullptr) return values;
  WICI_RETURN_IF_ERROR(AddLinkValues(*facts.links, event, sender, language, values));
  return values;
}

}  // namespace wici::notification
