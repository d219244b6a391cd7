#include "services/notification/deliveries/ledger_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/rpc/etag.h"

namespace wici::notification {
namespace {

void SetTime(google::protobuf::Timestamp& target, std::int64_t micros) {
  target.set_seconds(micros / 1000000);
  target.set_nanos(static_cast<std::int32_t>(micros % 1000000) * 1000);
}

v1::Notification::State StateOf(bool cancelled, const v1::Notification::Counts& counts) {
  if (cancelled) return v1::Notification::STATE_CANCELLED;
  return counts.pending() + counts.sending() > 0 ? v1::Notification::STATE_ACTIVE
                                                 : v1::Notification::STATE_COMPLETED;
}

}  // namespace

std::string NotificationName(std::string_view id) {
  return absl::StrCat("notifications/", std::string(id));
}

std::string DeliveryName(std::string_view notification_id, std::string_view id) {
  return absl::StrCat(NotificationName(notification_id), "/deliveries/", std::string(id));
}

std::string IdOf(std::string_view name) { return std::string(name.substr(name.rfind('/') + 1)); }

// No part of a name has a character up to '!', and none comes between '/' and '0'.
NameRange Exactly(std::string_view name) {
  return {std::string(name), absl::StrCat(std::string(name), "!")};
}

NameRange Below(std::string_view name) {
  return {absl::StrCat(std::string(name), "/"), absl::StrCat(std::string(name), "0")};
}

v1::Notification ReadNotification(const sql::Row& row) {
  v1::Notification n;
  n.set_name(NotificationName(row.Text(0)));
  n.set_etag(rpc::MakeEtag(row.Int(1)));
  n.set_template_(row.Text(2));
  n.set_event(row.Text(3));
  n.set_channel(static_cast<v1::Channel>(row.Int(4)));
  n.set_unknown_policy(static_cast<v1::UnknownPolicy>(row.Int(5)));
  n.set_cause(row.Text(6));
  SetTime(*n.mutable_schedule_time(), row.Int(8));
  SetTime(*n.mutable_expire_time(), row.Int(9));
  SetTime(*n.mutable_create_time(), row.Int(10));
  SetTime(*n.mutable_update_time(), row.Int(11));
  v1::Notification::Counts& counts = *n.mutable_counts();
  counts.set_pending(static_cast<std::int32_t>(row.Int(12)));
  counts.set_sending(static_cast<std::int32_t>(row.Int(13)));
  counts.set_delivered(static_cast<std::int32_t>(row.Int(14)));
  counts.set_rejected(static_cast<std::int32_t>(row.Int(15)));
  counts.set_not_sent(static_cast<std::int32_t>(row.Int(16)));
  counts.set_expired(static_cast<std::int32_t>(row.Int(17)));
  counts.set_unknown(static_cast<std::int32_t>(row.Int(18)));
  n.set_state(StateOf(row.Bool(7), counts));
  return n;
}

v1::Delivery ReadDelivery(const sql::Row& row) {
  v1::Delivery d;
  d.set_name(DeliveryName(row.Text(1), row.Text(0)));
  d.set_person(row.Text(2));
  d.set_resource(row.Text(3));
  d.set_channel(static_cast<v1::Channel>(row.Int(4)));
  d.set_state(static_cast<v1::DeliveryState>(row.Int(5)));
  d.set_reason(static_cast<v1::DeliveryReason>(row.Int(6)));
  d.set_attempt_count(static_cast<std::int32_t>(row.Int(7)));
  if (!row.IsNull(8)) SetTime(*d.mutable_next_attempt_time(), row.Int(8));
  d.set_last_outcome(static_cast<v1::AttemptOutcome>(row.Int(9)));
  d.set_last_code(static_cast<std::int32_t>(row.Int(10)));
  d.set_last_enhanced_code(row.Text(11));
  d.set_calendar_method(static_cast<v1::CalendarMethod>(row.Int(12)));
  d.set_calendar_sequence(static_cast<std::int32_t>(row.Int(13)));
  SetTime(*d.mutable_create_time(), row.Int(14));
  SetTime(*d.mutable_update_time(), row.Int(15));
  return d;
}

v1::Attempt ReadAttempt(std::string_view delivery, const sql::Row& row) {
  constexpr std::int64_t kCommitted = 2;
  v1::Attempt a;
  a.set_name(absl::StrCat(std::string(delivery), "/attempts/", row.Int(0)));
  a.set_committed(row.Int(1) == kCommitted);
  SetTime(*a.mutable_start_time(), row.Int(2));
  if (!row.IsNull(3)) SetTime(*a.mutable_end_time(), row.Int(3));
  a.set_outcome(static_cast<v1::AttemptOutcome>(row.Int(4)));
  a.set_code(static_cast<std::int32_t>(row.Int(5)));
  a.set_enhanced_code(row.Text(6));
  return a;
}

ClaimedDelivery ReadClaimed(const sql::Row& row) {
  ClaimedDelivery d;
  d.id = row.Text(0);
  d.notification_id = row.Text(1);
  d.template_name = row.Text(2);
  d.event = row.Text(3);
  d.resource = row.Text(4);
  d.person = row.Text(5);
  d.unknown_policy = static_cast<v1::UnknownPolicy>(row.Int(6));
  d.calendar_method = static_cast<v1::CalendarMethod>(row.Int(7));
  d.calendar_sequence = static_cast<std::int32_t>(row.Int(8));
  d.attempt = static_cast<std::int32_t>(row.Int(9)) + 1;
  d.fence = row.Int(10);
  d.expires = FromMicros(row.Int(11));
  d.prior_state = static_cast<v1::DeliveryState>(row.Int(12));
  d.cancelled = row.Bool(13);
  d.failures = static_cast<std::int32_t>(row.Int(14));
  d.channel = static_cast<v1::Channel>(row.Int(15));
  d.may_have_arrived = row.Bool(16);
  d.repeat_allowed = row.Bool(17);
  if (!row.IsNull(18)) d.anchor = FromMicros(row.Int(18));
  d.urgent = row.Bool(19);
  return d;
}

std::vector<sql::Value> DeliveryRow(const NewNotification& n,
                                    const NewNotification::Recipient& recipient, absl::Time now) {
  return {recipient.delivery_id,
          n.id,
          n.template_version.empty() ? n.template_name : n.template_version,
          n.event,
          recipient.resource,
          recipient.person,
          static_cast<std::int64_t>(n.channel),
          static_cast<std::int64_t>(n.unknown_policy),
          static_cast<std::int64_t>(n.calendar_method),
          n.calendar_sequence,
          static_cast<std::int64_t>(v1::DELIVERY_STATE_QUEUED),
          static_cast<std::int64_t>(v1::DELIVERY_STATE_UNSPECIFIED),
          static_cast<std::int64_t>(n.digest ? v1::DELIVERY_REASON_COLLECTED
                                             : v1::DELIVERY_REASON_UNSPECIFIED),
          false,
          0,
          0,
          false,
          false,
          false,
          "",
          n.digest ? sql::Value(nullptr) : sql::Value(ToMicros(n.not_before)),
          ToMicros(n.expires),
          static_cast<std::int64_t>(v1::ATTEMPT_OUTCOME_UNSPECIFIED),
          0,
          "",
          1,
          ToMicros(now),
          ToMicros(now),
          n.anchor ? sql::Value(ToMicros(*n.anchor)) : sql::Value(nullptr),
          IsUrgent(n)};
}

v1::Notification AcceptedNotification(const NewNotification& notification, absl::Time now) {
  v1::Notification n;
  n.set_name(NotificationName(notification.id));
  n.set_etag(rpc::MakeEtag(1));
  SetTime(*n.mutable_create_time(), ToMicros(now));
  SetTime(*n.mutable_update_time(), ToMicros(now));
  n.set_template_(notification.template_name);
  n.set_event(notification.event);
  n.set_channel(notification.channel);
  n.set_unknown_policy(notification.unknown_policy);
  SetTime(*n.mutable_schedule_time(), ToMicros(notification.not_before));
  SetTime(*n.mutable_expire_time(), ToMicros(notification.expires));
  n.set_state(v1::Notification::STATE_ACTIVE);
  n.mutable_counts()->set_pending(static_cast<std::int32_t>(notification.recipients.size()));
  n.set_cause(notification.cause);
  return n;
}

std::string_view ChangeKind(v1::DeliveryState state) {
  switch (state) {
    case v1::DELIVERY_STATE_DEFERRED:
      return "delivery.deferred";
    case v1::DELIVERY_STATE_DELIVERED:
      return "delivery.delivered";
    case v1::DELIVERY_STATE_REJECTED:
      return "delivery.rejected";
    case v1::DELIVERY_STATE_UNKNOWN:
      return "delivery.unknown";
    case v1::DELIVERY_STATE_EXPIRED:
      return "delivery.expired";
    case v1::DELIVERY_STATE_CANCELLED:
      return "delivery.cancelled";
    default:
      return "delivery.suppressed";
  }
}

}  // namespace wici::notification
