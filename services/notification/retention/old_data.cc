#include "services/notification/retention/old_data.h"

#include <string>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/status_macros.h"
#include "services/notification/retention/queries.h"

namespace wici::notification {
namespace {

// The first column of each row.
std::vector<std::vector<sql::Value>> KeysOfRows(const sql::Rows& rows) {
  std::vector<std::vector<sql::Value>> keys;
  for (const sql::Row& row : rows) keys.push_back({row.Text(0)});
  return keys;
}

feed::RetentionOptions::Deletion DeletionBy(const sql::Query& query, absl::Duration kept) {
  return [&query, kept](sql::Transaction& tx, absl::Time now,
                        std::int64_t rows_max) -> absl::StatusOr<std::int64_t> {
    const absl::Time before = now - kept;
    WICI_ASSIGN_OR_RETURN(const sql::Rows deleted,
                          tx.Execute(query, {FirstIdAt(before), ToMicros(before), rows_max}));
    return static_cast<std::int64_t>(deleted.size());
  };
}

}  // namespace

absl::StatusOr<std::int64_t> DeleteOldDeliveries(sql::Transaction& tx, absl::Time before,
                                                 std::int64_t rows_max) {
  const std::string before_id = FirstIdAt(before);
  WICI_ASSIGN_OR_RETURN(const sql::Rows old, tx.Execute(queries::kListOldDeliveries,
                                                        {before_id, ToMicros(before), rows_max}));
  if (!old.empty()) {
    const std::vector<std::vector<sql::Value>> ids = KeysOfRows(old);
    for (const sql::Query* query :
         {&queries::kDeleteAttempts, &queries::kDeleteAddresses, &queries::kDeleteBounces,
          &queries::kDeleteDigestItems, &queries::kDeleteDeliveries}) {
      WICI_RETURN_IF_ERROR(tx.SelectMany(*query, "", ids).status());
    }
    return static_cast<std::int64_t>(old.size());
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows gone, tx.Execute(queries::kDeleteOldNotifications,
                                                         {before_id, ToMicros(before), rows_max}));
  if (gone.empty()) return 0;
  WICI_RETURN_IF_ERROR(
      tx.SelectMany(queries::kDeleteCampaignNotifications, "", KeysOfRows(gone)).status());
  return static_cast<std::int64_t>(gone.size());
}

std::vector<feed::RetentionOptions::Deletion> DeletionsOfOldData(const KeptFor& kept) {
  return {[kept](sql::Transaction& tx, absl::Time now, std::int64_t rows_max) {
            return DeleteOldDeliveries(tx, now - kept.ledger, rows_max);
          },
          DeletionBy(queries::kDeleteOldDigests, kept.ledger),
          DeletionBy(queries::kDeleteOldReplays, kept.ledger),
          DeletionBy(queries::kDeleteOldCampaignPersons, kept.ledger),
          DeletionBy(queries::kDeleteOldInboxItems, kept.inbox)};
}

}  // namespace wici::notification
