#include "services/notification/people/erasures.h"

#include <algorithm>
#include <string>

#include "libs/base/clock.h"
#include "services/notification/people/queries.h"

namespace wici::notification {
namespace {

constexpr std::int64_t kErasedAtOnceMax = 50;  // each takes a dozen statements

}  // namespace

absl::Status Erasures::Export(sql::Transaction& /*tx*/, std::string_view /*person*/,
                              google::protobuf::Struct& /*held*/) {
  return absl::OkStatus();
}

absl::StatusOr<bool> Erasures::Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                                     feed::Changes& /*changes*/) {
  WICI_RETURN_IF_ERROR(
      tx.Execute(queries::kNoteErasure, {person, ToMicros(now + kEraseAgainAfter)}).status());
  return false;
}

absl::StatusOr<std::int64_t> EraseAgain(PersonData& data, sql::Transaction& tx,
                                        std::string_view transaction_id, absl::Time now,
                                        std::int64_t most) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows due,
      tx.Execute(queries::kListErasuresDue, {ToMicros(now), std::min(most, kErasedAtOnceMax)}));
  feed::Changes changes;
  for (const sql::Row& row : due) {
    const std::string& person = row.Text(0);
    WICI_RETURN_IF_ERROR(data.Erase(tx, person, now, changes).status());
    WICI_RETURN_IF_ERROR(tx.Execute(queries::kEndErasure, {person}).status());
  }
  if (!changes.empty()) {
    WICI_RETURN_IF_ERROR(feed::AppendChanges(tx, transaction_id, changes, now));
  }
  return static_cast<std::int64_t>(due.size());
}

}  // namespace wici::notification
