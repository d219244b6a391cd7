#include "services/registration/events/event_rules.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/log.h"
#include "libs/base/timestamp.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

absl::TimeZone ZoneOf(const v1::Event& event) {
  absl::TimeZone zone;
  WICI_CHECK(absl::LoadTimeZone(event.time_zone(),
                                &zone));  // validated when it came in
  return zone;
}

void Shift(absl::civil_diff_t seconds, absl::TimeZone zone,
           google::protobuf::Timestamp& timestamp) {
  const absl::CivilSecond civil = absl::ToCivilSecond(TimeOf(timestamp), zone);
  SetTimestamp(absl::FromCivil(civil + seconds, zone), timestamp);
}

// What calendar entries are made of.
v1::Event InCalendars(const v1::Event& event) {
  v1::Event shown;
  shown.set_state(event.state());
  *shown.mutable_title() = event.title();
  *shown.mutable_summary() = event.summary();
  *shown.mutable_start_time() = event.start_time();
  *shown.mutable_end_time() = event.end_time();
  shown.set_time_zone(event.time_zone());
  shown.mutable_venue()->set_display_name(event.venue().display_name());
  shown.mutable_venue()->set_address(event.venue().address());
  shown.set_online_url(event.online_url());
  return shown;
}

v1::Session InCalendars(const v1::Session& session) {
  v1::Session shown;
  *shown.mutable_title() = session.title();
  *shown.mutable_start_time() = session.start_time();
  *shown.mutable_end_time() = session.end_time();
  shown.set_room(session.room());
  shown.set_online_url(session.online_url());
  return shown;
}

bool Differ(const google::protobuf::Message& one, const google::protobuf::Message& other) {
  return !google::protobuf::util::MessageDifferencer::Equals(one, other);
}

}  // namespace

bool ChangesCalendars(const v1::Event& before, const v1::Event& after) {
  return before.state() == v1::EVENT_STATE_PUBLISHED &&
         Differ(InCalendars(before), InCalendars(after));
}

std::string_view UpdateToTell(const v1::Event& before, const v1::Event& after) {
  if (before.state() != v1::EVENT_STATE_PUBLISHED) return "";
  v1::Event was = InCalendars(before);
  v1::Event is = InCalendars(after);
  was.clear_summary();
  is.clear_summary();
  if (!Differ(was, is)) return "";
  was.clear_online_url();
  is.clear_online_url();
  return Differ(was, is) ? kEntryUpdated : kOnlineUrlUpdated;
}

bool ChangesCalendars(const v1::Session& before, const v1::Session& after) {
  return Differ(InCalendars(before), InCalendars(after));
}

bool Moves(const v1::Session& before, const v1::Session& after) {
  return Differ(before.start_time(), after.start_time()) ||
         Differ(before.end_time(), after.end_time()) || before.room() != after.room();
}

RegistrationWindow WindowOf(const v1::Event& event) {
  RegistrationWindow window{absl::UnixEpoch(), TimeOf(event.start_time())};
  if (event.has_registration_open_time()) window.opens = TimeOf(event.registration_open_time());
  if (event.has_registration_close_time()) window.closes = TimeOf(event.registration_close_time());
  return window;
}

absl::Status CheckNotCancelled(std::string_view event, v1::EventState state) {
  if (state == v1::EVENT_STATE_CANCELLED) return EventCancelledError(event);
  return absl::OkStatus();
}

absl::Status CheckTakesRegistrations(std::string_view event, v1::EventState state,
                                     const RegistrationWindow& window, absl::Time now) {
  if (state == v1::EVENT_STATE_CANCELLED) return EventCancelledError(event);
  if (state != v1::EVENT_STATE_PUBLISHED) return EventNotPublishedError(event);
  if (now < window.opens) return RegistrationNotOpenError(event, window.opens);
  if (now >= window.closes) return RegistrationClosedError(event, window.closes);
  return absl::OkStatus();
}

absl::Status CheckCanPublish(const v1::Event& event) {
  if (event.state() == v1::EVENT_STATE_CANCELLED) return EventCancelledError(event.name());
  if (event.state() == v1::EVENT_STATE_PUBLISHED) return EventAlreadyPublishedError(event.name());
  return absl::OkStatus();
}

void Reschedule(absl::Time new_start, std::optional<absl::Time> new_end, v1::Event& event,
                std::vector<v1::Session>& sessions) {
  const absl::TimeZone zone = ZoneOf(event);
  const absl::civil_diff_t seconds =
      absl::ToCivilSecond(new_start, zone) - absl::ToCivilSecond(TimeOf(event.start_time()), zone);
  SetTimestamp(new_start, *event.mutable_start_time());
  Shift(seconds, zone, *event.mutable_end_time());
  if (new_end) SetTimestamp(*new_end, *event.mutable_end_time());
  if (event.has_registration_close_time()) {
    Shift(seconds, zone, *event.mutable_registration_close_time());
  }
  for (v1::Session& session : sessions) {
    Shift(seconds, zone, *session.mutable_start_time());
    Shift(seconds, zone, *session.mutable_end_time());
  }
}

void MakeClone(absl::Time new_start, v1::Event& event, std::vector<v1::Session>& sessions) {
  if (event.has_registration_open_time()) {
    const absl::TimeZone zone = ZoneOf(event);
    const absl::civil_diff_t seconds = absl::ToCivilSecond(new_start, zone) -
                                       absl::ToCivilSecond(TimeOf(event.start_time()), zone);
    Shift(seconds, zone, *event.mutable_registration_open_time());
  }
  Reschedule(new_start, std::nullopt, event, sessions);
  for (v1::Session& session : sessions) session.clear_calendar_changes();
  const auto ask_anew = [](v1::Audience& audience) {
    audience.clear_on_date();
    audience.clear_known_at();
  };
  if (event.has_audience()) ask_anew(*event.mutable_audience());
  for (v1::EventAudience& audience : *event.mutable_audiences()) {
    if (audience.has_rule()) ask_anew(*audience.mutable_rule());
  }
}

std::string MakeCalendarUid(std::string_view event, std::string_view domain) {
  return absl::StrCat(IdOf(event), "@", View(domain), ".events.wici");
}

bool LiesWithin(const v1::Session& session, const v1::Event& event) {
  return TimeOf(session.start_time()) >= TimeOf(event.start_time()) &&
         TimeOf(session.end_time()) <= TimeOf(event.end_time());
}

}  // namespace wici::registration
