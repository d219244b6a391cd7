#include "services/notification/deliveries/rules/validate_notification.h"

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/errors.h"
#include "services/notification/preferences/rules/quiet_hours.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/validate_fields.h"

namespace wici::notification {
namespace {

bool IsInstant(const google::protobuf::Timestamp& time) {
  constexpr std::int64_t kYear10000 = 253402300800;
  return time.seconds() >= 0 && time.seconds() < kYear10000 && time.nanos() >= 0 &&
         time.nanos() < 1000000000;
}

void CheckPersons(const std::string& path, const v1::Notification& n, Violations& v) {
  v.RequireRange(path + "persons", n.persons_size(), 1, kPersonsMax);
  if (n.persons_size() > kPersonsMax) return;
  std::set<std::string> seen;
  for (int i = 0; i < n.persons_size(); ++i) {
    const std::string field = absl::StrCat(path, "persons[", i, "]");
    const std::string& person = n.persons(i);
    if (RequirePerson(field, person, v) && !seen.insert(person).second) {
      v.Add(field, "must not be named twice");
    }
  }
}

void CheckResource(const std::string& path, const v1::Notification& n, Violations& v) {
  const std::string& resource = n.resource();
  if (resource.empty()) return;
  const std::string field = path + "resource";
  if (!MatchesResourcePattern(resource, "events/*/invitations/*") &&
      !MatchesResourcePattern(resource, "events/*/registrations/*")) {
    v.Add(field, "must be events/*/invitations/* or events/*/registrations/*");
  } else if (!absl::StartsWith(resource, absl::StrCat(n.event(), "/"))) {
    v.Add(field, absl::StrCat("must belong to ", path, "event"));
  }
  if (n.persons_size() > 1) v.Add(field, "is for exactly one person");
}

void CheckTimes(const std::string& path, const v1::Notification& n, absl::Time now, Violations& v) {
  absl::Time start = now;
  if (n.has_schedule_time()) {
    if (!IsInstant(n.schedule_time()) || TimeOf(n.schedule_time()) > now + kScheduleMax) {
      v.Add(path + "schedule_time", "must be an instant at most 366 days from now");
    } else {
      start = std::max(start, TimeOf(n.schedule_time()));
    }
  }
  if (!n.has_expire_time()) return;
  const bool valid = IsInstant(n.expire_time()) && TimeOf(n.expire_time()) > start &&
                     TimeOf(n.expire_time()) <= start + kLifetimeMax;
  if (!valid) {
    v.Add(path + "expire_time", "must be later than schedule_time and now, by at most 31 days");
  }
}

void CheckDigest(const std::string& path, const v1::Notification& n, Violations& v) {
  if (!n.has_digest()) return;
  const v1::Notification::Digest& digest = n.digest();
  v.RequireId(path + "digest.key", digest.key());
  if (digest.at().empty()) {
    v.RequireRange(path + "digest.after_minutes", digest.after_minutes(), 1, kDigestMinutesMax);
  } else if (digest.after_minutes() != 0) {
    v.Add(path + "digest.after_minutes", "must not be set with at");
  } else if (!ParseTimeOfDay(digest.at())) {
    v.Add(path + "digest.at", "must be a time of day, for instance \"08:00\"");
  }
  if (n.channel() != v1::CHANNEL_UNSPECIFIED && n.channel() != v1::CHANNEL_EMAIL) {
    v.Add(path + "digest", "is for e-mail only");
  }
  if (n.has_schedule_time()) v.Add(path + "schedule_time", "must not be set with digest");
}

// `prefix` is "" or "requests[3].".
void CheckSend(const std::string& prefix, const v1::SendNotificationRequest& request,
               absl::Time now, Violations& v) {
  const std::string path = prefix + "notification.";
  if (!request.has_notification()) {
    v.Add(prefix + "notification", "must be set");
    return;
  }
  const v1::Notification& n = request.notification();
  v.RequireResourceName(path + "template", n.template_(), "templates/*");
  if (IsSentByServiceOnly(n.template_())) {
    v.Add(path + "template", "is sent by this service only");
  }
  if (IsAboutOnesOwn(n.template_()) && n.resource().empty()) {
    v.Add(path + "resource", "must be set with a template that speaks of it");
  }
  v.RequireResourceName(path + "event", n.event(), "events/*");
  CheckPersons(path, n, v);
  CheckResource(path, n, v);
  if (n.channel() == v1::CHANNEL_WEBHOOK || !v1::Channel_IsValid(n.channel())) {
    v.Add(path + "channel",
          "must be EMAIL, INBOX, SMS or WEB_PUSH: webhooks are for subscriptions");
  }
  if (!v1::UnknownPolicy_IsValid(n.unknown_policy())) {
    v.Add(path + "unknown_policy", "must be AT_LEAST_ONCE or AT_MOST_ONCE");
  }
  CheckTimes(path, n, now, v);
  CheckDigest(path, n, v);
}

// Either an event, or those about none.
void CheckAboutWhat(const std::string& event, bool without_event, Violations& v) {
  if (!without_event) {
    v.RequireResourceName("event", event, "events/*");
  } else if (!event.empty()) {
    v.Add("event", "must be empty with without_event");
  }
}

// Whether a delivery in `state` can be queued again.
bool IsReplayable(v1::DeliveryState state) {
  return state == v1::DELIVERY_STATE_REJECTED || state == v1::DELIVERY_STATE_UNKNOWN ||
         state == v1::DELIVERY_STATE_EXPIRED;
}

}  // namespace

Violations CheckSendNotification(const v1::SendNotificationRequest& request, absl::Time now) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  CheckSend("", request, now, v);
  return v;
}

Violations CheckBatchSend(const v1::BatchSendNotificationsRequest& request, absl::Time now) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  v.RequireRange("requests", request.requests_size(), 1, kBatchMax);
  if (request.requests_size() > kBatchMax) return v;
  int persons = 0;
  for (int i = 0; i < request.requests_size(); ++i) {
    persons += request.requests(i).notification().persons_size();
    CheckSend(absl::StrCat("requests[", i, "]."), request.requests(i), now, v);
  }
  if (persons > kBatchPersonsMax) v.Add("requests", "must be to at most 5000 persons all together");
  return v;
}

absl::Status ValidateReplay(const v1::ReplayDeliveriesRequest& request) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  CheckAboutWhat(request.event(), request.without_event(), v);
  v.RequireRange("states", request.states_size(), 1, 3);
  for (const int state : request.states()) {
    if (!IsReplayable(static_cast<v1::DeliveryState>(state))) {
      v.Add("states", "must be REJECTED, UNKNOWN or EXPIRED");
      break;
    }
  }
  if (!v1::DeliveryReason_IsValid(request.reason())) v.Add("reason", "must be a known reason");
  if (request.has_ended_after() && !IsInstant(request.ended_after())) {
    v.Add("ended_after", "must be an instant");
  }
  return v.ToStatus(kDomain);
}

void ValidateListDeliveries(const v1::ListDeliveriesRequest& request, Violations& v) {
  if (request.parent() == kAllNotifications) {
    CheckAboutWhat(request.event(), request.without_event(), v);
    if (!IsFinal(request.state()) || request.state() == v1::DELIVERY_STATE_DELIVERED) {
      v.Add("state", "must be one in which a delivery ends without arriving");
    }
  } else {
    v.RequireResourceName("parent", request.parent(), "notifications/*");
    v.OptionalResourceName("event", request.event(), "events/*");
    if (request.without_event()) v.Add("without_event", "is for the parent notifications/- only");
  }
  if (!v1::DeliveryState_IsValid(request.state())) v.Add("state", "must be a known state");
  if (!v1::DeliveryReason_IsValid(request.reason())) v.Add("reason", "must be a known reason");
  if (request.has_changed_after() && !IsInstant(request.changed_after())) {
    v.Add("changed_after", "must be an instant");
  }
}

}  // namespace wici::notification
