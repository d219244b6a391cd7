#include "libs/feed/mutation.h"

#include "libs/base/error.h"

namespace wici::feed {

bool Mutation::IsLostRace(const absl::Status& status) {
  return ErrorReason(status) == "UNIQUE_VIOLATED";
}

// As libs/sql tells of transactions that met too often: which key it was is no business of a
// caller.
absl::Status Mutation::ConflictError(const absl::Status& lost_race) {
  return MakeError(absl::StatusCode::kAborted, "sql.wici", "TRANSACTION_CONFLICT",
                   "other changes were first each time; try again",
                   {{"query", ErrorMetadataValue(lost_race, "query")}});
}

absl::Status Mutation::Store(sql::Transaction& tx, const sql::IdempotencyKey& key,
                             std::string response, const Changes& changes) {
  const absl::Time now = clock_.Now();
  if (!key.request_id.empty()) {
    const sql::IdempotencyRecord record{key, std::move(response)};
    WICI_RETURN_IF_ERROR(sql::StoreAnswers(tx, absl::MakeConstSpan(&record, 1), now));
  }
  if (changes.empty()) return absl::OkStatus();
  return AppendChanges(tx, ids_.NewId(), changes, now);
}

}  // namespace wici::feed
