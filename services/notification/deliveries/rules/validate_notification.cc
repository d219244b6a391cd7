#include "services/notification/deliveries/rules/validate_notification.h"

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "services/notification/errors.h"
#include "services/notification/mail/templates.h"
#include "services/notification/validate_fields.h"

namespace wici::notification {
namespace {

bool IsInstant(const google::protobuf::Timestamp& time) {
  constexpr std::int64_t kYear10000 = 253402300800;
  return time.seconds() >= 0 && time.seconds() < kYear10000 && time.nanos() >= 0 &&
         time.nanos() < 1000000000;
}

void CheckPersons(const v1::Notification& n, Violations& v) {
  v.RequireRange("notification.persons", n.persons_size(), 1, kPersonsMax);
  if (n.persons_size() > kPersonsMax) return;
  std::set<std::string> seen;
  for (int i = 0; i < n.persons_size(); ++i) {
    const std::string field = absl::StrCat("notification.persons[", i, "]");
    const std::string& person = n.persons(i);
    if (RequirePerson(field, person, v) && !seen.insert(person).second) {
      v.Add(field, "must not be named twice");
    }
  }
}

void CheckResource(const v1::Notification& n, Violations& v) {
  const std::string& resource = n.resource();
  if (resource.empty()) return;
  constexpr std::string_view kField = "notification.resource";
  if (!MatchesResourcePattern(resource, "events/*/invitations/*") &&
      !MatchesResourcePattern(resource, "events/*/registrations/*")) {
    v.Add(kField, "must be events/*/invitations/* or events/*/registrations/*");
  } else if (!absl::StartsWith(resource, absl::StrCat(n.event(), "/"))) {
    v.Add(kField, "must belong to notification.event");
  }
  if (n.persons_size() > 1) v.Add(kField, "is for exactly one person");
}

void CheckTimes(const v1::Notification& n, absl::Time now, Violations& v) {
  absl::Time start = now;
  if (n.has_schedule_time()) {
    if (!IsInstant(n.schedule_time()) || TimeOf(n.schedule_time()) > now + kScheduleMax) {
      v.Add("notification.schedule_time", "must be an instant at most 366 days from now");
    } else {
      start = std::max(start, TimeOf(n.schedule_time()));
    }
  }
  if (!n.has_expire_time()) return;
  const bool valid = IsInstant(n.expire_time()) && TimeOf(n.expire_time()) > start &&
                     TimeOf(n.expire_time()) <= start + kLifetimeMax;
  if (!valid) {
    v.Add("notification.expire_time",
          "must be later than schedule_time and now, by at most 31 days");
  }
}

}  // namespace

absl::Status ValidateSendNotification(const v1::SendNotificationRequest& request, absl::Time now) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  if (!request.has_notification()) {
    v.Add("notification", "must be set");
    return v.ToStatus(kDomain);
  }
  const v1::Notification& n = request.notification();
  if (v.RequireResourceName("notification.template", n.template_(), "templates/*") &&
      FindTemplate(n.template_()) == nullptr) {
    v.Add("notification.template", "does not exist");
  }
  v.RequireResourceName("notification.event", n.event(), "events/*");
  CheckPersons(n, v);
  CheckResource(n, v);
  if (n.channel() != v1::CHANNEL_UNSPECIFIED && n.channel() != v1::CHANNEL_EMAIL) {
    v.Add("notification.channel", "must be EMAIL: the other channels do not exist yet");
  }
  if (!v1::UnknownPolicy_IsValid(n.unknown_policy())) {
    v.Add("notification.unknown_policy", "must be AT_LEAST_ONCE or AT_MOST_ONCE");
  }
  CheckTimes(n, now, v);
  return v.ToStatus(kDomain);
}

}  // namespace wici::notification
