#include "services/registration/events/validate_event.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "libs/base/timestamp.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

constexpr int kSeatsMax = 1'000'000;
constexpr int kListMax = 50;
constexpr int kApprovalsMax = 10;

void CheckOrder(std::string_view field, const google::protobuf::Timestamp& earlier,
                const google::protobuf::Timestamp& later, absl::Duration at_most,
                Violations& violations) {
  const absl::Duration length = TimeOf(later) - TimeOf(earlier);
  if (length <= absl::ZeroDuration()) {
    violations.Add(field, "must be after start_time");
  } else if (length > at_most) {
    violations.Add(field, "must be at most 366 days after start_time");
  }
}

void CheckVenue(std::string_view field, const v1::Venue& venue, Violations& violations) {
  violations.RequireText(Path(field, "display_name"), venue.display_name(), kTitleBytesMax);
  violations.OptionalText(Path(field, "address"), venue.address(), kTitleBytesMax);
  violations.OptionalResourceName(Path(field, "region"), venue.region(), "regions/*");
  if (!venue.has_geo()) return;
  if (!(venue.geo().latitude() >= -90 && venue.geo().latitude() <= 90)) {
    violations.Add(Path(field, "geo.latitude"), "must be -90 to 90");
  }
  if (!(venue.geo().longitude() >= -180 && venue.geo().longitude() <= 180)) {
    violations.Add(Path(field, "geo.longitude"), "must be -180 to 180");
  }
}

void CheckTimesOfEvent(std::string_view field, const v1::Event& event, Violations& violations) {
  const bool start = CheckTimestamp(Path(field, "start_time"), event.has_start_time(),
                                    event.start_time(), violations);
  const bool end =
      CheckTimestamp(Path(field, "end_time"), event.has_end_time(), event.end_time(), violations);
  if (start && end) {
    CheckOrder(Path(field, "end_time"), event.start_time(), event.end_time(), absl::Hours(24 * 366),
               violations);
  }
  violations.RequireTimeZone(Path(field, "time_zone"), event.time_zone());
  const bool open = event.has_registration_open_time() &&
                    CheckTimestamp(Path(field, "registration_open_time"), true,
                                   event.registration_open_time(), violations);
  const bool close = event.has_registration_close_time() &&
                     CheckTimestamp(Path(field, "registration_close_time"), true,
                                    event.registration_close_time(), violations);
  const bool bounded = close || start;
  const auto& bound = close ? event.registration_close_time() : event.start_time();
  if (open && bounded && TimeOf(event.registration_open_time()) >= TimeOf(bound)) {
    violations.Add(Path(field, "registration_open_time"), "must be before registration closes");
  }
}

void CheckOnlineUrl(std::string_view field, const std::string& url, Violations& violations) {
  if (violations.RequireText(field, url, kUriBytesMax) && url.rfind("https://", 0) != 0) {
    violations.Add(field, "must begin with https://");
  }
}

void CheckPlaceOfEvent(std::string_view field, const v1::Event& event, Violations& violations) {
  const bool online = event.mode() == v1::ATTENDANCE_MODE_ONLINE;
  if (event.has_venue()) {
    CheckVenue(Path(field, "venue"), event.venue(), violations);
  } else if (!online) {
    violations.Add(Path(field, "venue"), "must be set unless mode is ONLINE");
  }
  if (!event.online_url().empty()) {
    CheckOnlineUrl(Path(field, "online_url"), event.online_url(), violations);
  } else if (online || event.mode() == v1::ATTENDANCE_MODE_HYBRID) {
    violations.Add(Path(field, "online_url"), "must be set when mode is ONLINE or HYBRID");
  }
}

void CheckAudiences(std::string_view field, const v1::Event& event, Violations& violations) {
  if (!CheckCount(Path(field, "audiences"), event.audiences_size(), 0, kListMax, violations)) {
    return;
  }
  std::set<std::string> ids;
  for (int i = 0; i < event.audiences_size(); ++i) {
    const v1::EventAudience& audience = event.audiences(i);
    const std::string path = Item(field, "audiences", i);
    if (violations.RequireId(Path(path, "audience_id"), audience.audience_id()) &&
        !ids.insert(audience.audience_id()).second) {
      violations.Add(Path(path, "audience_id"), "must be another than those before");
    }
    if (audience.has_rule()) ValidateAudience(Path(path, "rule"), audience.rule(), violations);
    violations.RequireRange(Path(path, "places_max"), audience.places_max(), 0, kSeatsMax);
    violations.RequireRange(Path(path, "waiting_priority"), audience.waiting_priority(), 0, 7);
  }
}

}  // namespace

void ValidateEvent(std::string_view field, const v1::Event& event, Violations& violations) {
  CheckTexts(Path(field, "title"), event.title(), true, kTitleBytesMax, violations);
  CheckTexts(Path(field, "summary"), event.summary(), false, kTextBytesMax, violations);
  if (CheckCount(Path(field, "organisers"), event.organisers_size(), 1, 20, violations)) {
    for (int i = 0; i < event.organisers_size(); ++i) {
      const std::string path = Item(field, "organisers", i);
      violations.RequireText(Path(path, "display_name"), event.organisers(i).display_name(),
                             kNameBytesMax);
      violations.OptionalResourceName(Path(path, "cluster"), event.organisers(i).cluster(),
                                      "clusters/*");
    }
  }
  if (CheckCount(Path(field, "hosts"), event.hosts_size(), 0, kListMax, violations)) {
    for (int i = 0; i < event.hosts_size(); ++i) {
      violations.RequireResourceName(Item(field, "hosts", i), event.hosts(i), "clusters/*");
    }
  }
  violations.OptionalResourceName(Path(field, "initiative"), event.initiative(), "initiatives/*");
  CheckTimesOfEvent(field, event, violations);
  CheckPlaceOfEvent(field, event, violations);
  if (CheckCount(Path(field, "languages"), event.languages_size(), 1, 20, violations)) {
    for (int i = 0; i < event.languages_size(); ++i) {
      const std::string path = Item(field, "languages", i);
      if (event.languages(i).empty()) violations.Add(path, "must not be empty");
      violations.OptionalLanguage(path, event.languages(i));
    }
  }
  violations.RequireRange(Path(field, "capacity"), event.capacity(), 1, kSeatsMax);
  violations.RequireRange(Path(field, "waiting_list_capacity"), event.waiting_list_capacity(), 0,
                          kSeatsMax);
  violations.RequireRange(Path(field, "party_limit"), event.party_limit(), 0, kSeatsMax);
  if (!v1::PartyProof_IsValid(event.party_proof())) {
    violations.Add(Path(field, "party_proof"), "must be a known way to show it, or none");
  }
  if (event.has_offer_duration()) {
    // Who goes back to the list may be the next in line again, and gets a mail each time.
    const bool again = event.offer_expiry() == v1::OFFER_EXPIRY_REQUEUE;
    violations.RequireRange(Path(field, "offer_duration"), event.offer_duration().seconds(),
                            again ? 10 * 60 : 10, 14 * 24 * 3600);
  }
  if (event.has_audience()) ValidateAudience(Path(field, "audience"), event.audience(), violations);
  if (CheckCount(Path(field, "honours"), event.honours_size(), 0, kListMax, violations)) {
    for (int i = 0; i < event.honours_size(); ++i) {
      violations.RequireText(Item(field, "honours", i), event.honours(i), kTitleBytesMax);
    }
  }
  violations.OptionalText(Path(field, "data_notice"), event.data_notice(), kNameBytesMax);
  violations.RequireRange(Path(field, "approvals_required"), event.approvals_required(), 0,
                          kApprovalsMax);
  CheckAudiences(field, event, violations);
  violations.OptionalResourceName(Path(field, "series"), event.series(), kSeriesPattern);
}

void ValidateAudience(std::string_view field, const v1::Audience& audience,
                      Violations& violations) {
  // The tree itself is checked by the registry, which knows its predicates.
  if (audience.rule().node_case() == cluster_registry::v1::AudienceRule::NODE_NOT_SET) {
    violations.Add(Path(field, "rule"), "must be set");
  }
  violations.OptionalDate(Path(field, "on_date"), audience.on_date());
}

void ValidateSession(std::string_view field, const v1::Session& session, Violations& violations) {
  CheckTexts(Path(field, "title"), session.title(), true, kTitleBytesMax, violations);
  const bool start = CheckTimestamp(Path(field, "start_time"), session.has_start_time(),
                                    session.start_time(), violations);
  const bool end = CheckTimestamp(Path(field, "end_time"), session.has_end_time(),
                                  session.end_time(), violations);
  if (start && end) {
    CheckOrder(Path(field, "end_time"), session.start_time(), session.end_time(),
               absl::Hours(24 * 366), violations);
  }
  violations.OptionalText(Path(field, "track"), session.track(), kNameBytesMax);
  violations.OptionalText(Path(field, "room"), session.room(), kNameBytesMax);
  violations.RequireRange(Path(field, "capacity"), session.capacity(), 0, kSeatsMax);
  if (CheckCount(Path(field, "speakers"), session.speakers_size(), 0, kListMax, violations)) {
    for (int i = 0; i < session.speakers_size(); ++i) {
      violations.RequireText(Item(field, "speakers", i), session.speakers(i), kNameBytesMax);
    }
  }
  if (!session.online_url().empty()) {
    CheckOnlineUrl(Path(field, "online_url"), session.online_url(), violations);
  }
  const bool meetings = session.kind() == v1::SESSION_KIND_MEETINGS;
  if (session.has_meeting_rules() != meetings) {
    violations.Add(Path(field, "meeting_rules"), "must be set exactly for kind MEETINGS");
  }
  if (!session.has_meeting_rules()) return;
  const v1::MeetingRules& rules = session.meeting_rules();
  violations.RequireRange(Path(field, "meeting_rules.slot_length"), rules.slot_length().seconds(),
                          5 * 60, 120 * 60);
  violations.RequireRange(Path(field, "meeting_rules.slot_break"), rules.slot_break().seconds(), 0,
                          60 * 60);
  violations.RequireRange(Path(field, "meeting_rules.tables"), rules.tables(), 1, 10'000);
  violations.RequireRange(Path(field, "meeting_rules.meetings_per_person_max"),
                          rules.meetings_per_person_max(), 0, 100);
  if (rules.has_request_ttl()) {
    violations.RequireRange(Path(field, "meeting_rules.request_ttl"), rules.request_ttl().seconds(),
                            10, 30 * 24 * 3600);
  }
}

absl::Status Validate(const v1::CreateEventRequest& request) {
  Violations violations;
  if (!request.event_id().empty()) violations.RequireId("event_id", request.event_id());
  ValidateEvent("event", request.event(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::CloneEventRequest& request) {
  Violations violations = CheckVerb(request, kEventPattern);
  if (!request.event_id().empty()) violations.RequireId("event_id", request.event_id());
  CheckTimestamp("start_time", request.has_start_time(), request.start_time(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::CreateEventSeriesRequest& request) {
  // The names of its events have the time behind it.
  constexpr std::size_t kSeriesIdBytesMax = 48;
  Violations violations;
  if (violations.RequireId("event_series_id", request.event_series_id()) &&
      request.event_series_id().size() > kSeriesIdBytesMax) {
    violations.Add("event_series_id",
                   absl::StrCat("must have at most ", kSeriesIdBytesMax, " characters"));
  }
  CheckTexts("event_series.title", request.event_series().title(), true, kTitleBytesMax,
             violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::CreateOccurrencesRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kSeriesPattern);
  violations.RequireResourceName("source", request.source(), kEventPattern);
  if (CheckCount("start_times", request.start_times_size(), 1, 100, violations)) {
    std::set<absl::Time> times;
    for (int i = 0; i < request.start_times_size(); ++i) {
      const std::string path = Item("", "start_times", i);
      if (CheckTimestamp(path, true, request.start_times(i), violations) &&
          !times.insert(TimeOf(request.start_times(i))).second) {
        violations.Add(path, "must be another than those before");
      }
    }
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::PublishEventRequest& request) {
  return CheckVerb(request, kEventPattern).ToStatus(kDomain);
}

absl::Status Validate(const v1::CancelEventRequest& request) {
  return CheckVerb(request, kEventPattern).ToStatus(kDomain);
}

absl::Status Validate(const v1::RescheduleEventRequest& request) {
  Violations violations = CheckVerb(request, kEventPattern);
  const bool start =
      CheckTimestamp("start_time", request.has_start_time(), request.start_time(), violations);
  if (request.has_end_time() && CheckTimestamp("end_time", true, request.end_time(), violations) &&
      start) {
    CheckOrder("end_time", request.start_time(), request.end_time(), absl::Hours(24 * 366),
               violations);
  }
  if (request.has_venue()) CheckVenue("venue", request.venue(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::WatchEventRequest& request) {
  Violations violations;
  if (CheckCount("names", request.names_size(), 1, 100, violations)) {
    for (int i = 0; i < request.names_size(); ++i) {
      violations.RequireResourceName(Item("", "names", i), request.names(i), kEventPattern);
    }
  }
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::CreateSessionRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (!request.session_id().empty()) violations.RequireId("session_id", request.session_id());
  ValidateSession("session", request.session(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::DeleteSessionRequest& request) {
  return CheckVerb(request, kSessionPattern).ToStatus(kDomain);
}

void ValidateCategory(std::string_view field, const v1::AdmissionCategory& category,
                      Violations& violations) {
  CheckTexts(Path(field, "title"), category.title(), true, kTitleBytesMax, violations);
  violations.RequireRange(Path(field, "quota"), category.quota(), 1, kSeatsMax);
  violations.RequireRange(Path(field, "reserved"), category.reserved(), 0,
                          std::max(category.quota(), 0));
  violations.RequireRange(Path(field, "waiting_priority"), category.waiting_priority(), 0, 7);
  violations.RequireRange(Path(field, "approvals_required"), category.approvals_required(), 0,
                          kApprovalsMax);
}

absl::Status Validate(const v1::CreateAdmissionCategoryRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (!request.admission_category_id().empty()) {
    violations.RequireId("admission_category_id", request.admission_category_id());
  }
  ValidateCategory("admission_category", request.admission_category(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

}  // namespace wici::registration
