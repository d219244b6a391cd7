// Rows of the ledger as what they stand for, and back. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_LEDGER_ROWS_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_LEDGER_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "wici/notification/v1/delivery.pb.h"
#include "wici/notification/v1/notification.pb.h"

namespace wici::notification {

std::string NotificationName(std::string_view id);
std::string DeliveryName(std::string_view notification_id, std::string_view id);
// The last part of a name.
std::string IdOf(std::string_view name);

// Names from `from` up to but without `until`, in the order of their bytes.
struct NameRange {
  std::string from;
  std::string until;
};
NameRange Exactly(std::string_view name);
// What is named after it: "events/e1/sessions/s1" for "events/e1".
NameRange Below(std::string_view name);

// The columns of kListNotifications and kGetNotification.
v1::Notification ReadNotification(const sql::Row& row);
// The columns of kListDeliveries.
v1::Delivery ReadDelivery(const sql::Row& row);
// The columns of kListAttempts.
v1::Attempt ReadAttempt(std::string_view delivery, const sql::Row& row);
// The columns of kClaimDeliveries.
ClaimedDelivery ReadClaimed(const sql::Row& row);

// The values of kInsertDeliveries.
std::vector<sql::Value> DeliveryRow(const NewNotification& n,
                                    const NewNotification::Recipient& recipient, absl::Time now);

// A notification as it is right after it was recorded.
v1::Notification AcceptedNotification(const NewNotification& notification, absl::Time now);

// The kind of change by which a delivery gets to `state`: "delivery.delivered".
std::string_view ChangeKind(v1::DeliveryState state);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_LEDGER_ROWS_H_
