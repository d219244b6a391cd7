// Deletes what was sent to whom once nobody needs it any more, so that neither the database nor
// what is known of people grows for ever:
//
//   notifications whose deliveries have all ended, with deliveries, attempts, the hashes of
//   addresses
//     (whom a late bounce or a click on "unsubscribe" is about), bounces, and what digests
//     collected; replays; the people of campaigns that are over     KeptFor::ledger after the last
//     of it
//   items of inboxes, read or not                        KeptFor::inbox
//
// What is open stays, however old, and so does what is about an event that is ahead: who has an
// entry of one of its sessions, and whose invitation was suppressed, is read from there. Consents,
// suppressions and preferences are evidence or wishes and stay until their person is erased.
// Changes, answers and payloads of webhooks have their own bounds (feed::Retention,
// FanOut::DeletePayloads). A campaign stays itself, but counts what is left only.
//
// Ids are UUIDv7: old rows are a range of the primary key, and no index by age is kept.
#ifndef WICI_SERVICES_NOTIFICATION_RETENTION_OLD_DATA_H_
#define WICI_SERVICES_NOTIFICATION_RETENTION_OLD_DATA_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/retention.h"
#include "libs/sql/database.h"

namespace wici::notification {

// Thirteen months: a year's event can be compared with the last.
inline constexpr int kKeptDaysDefault = 400;
// Longer than anything is replayed, repeated or answered.
inline constexpr int kKeptDaysMin = 32;

struct KeptFor {
  absl::Duration ledger = absl::Hours(24 * kKeptDaysDefault);
  absl::Duration inbox = absl::Hours(24 * kKeptDaysDefault);
};

// For feed::RetentionOptions::also. Any thread.
std::vector<feed::RetentionOptions::Deletion> DeletionsOfOldData(const KeptFor& kept);

// Of these, that of the ledger: at most `rows_max` deliveries, or notifications without any, that
// are older than `before`; returns how many.
absl::StatusOr<std::int64_t> DeleteOldDeliveries(sql::Transaction& tx, absl::Time before,
                                                 std::int64_t rows_max);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_RETENTION_OLD_DATA_H_
