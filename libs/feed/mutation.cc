#include "libs/feed/mutation.h"

namespace wici::feed {

absl::Status AppendAll(sql::Transaction& tx, std::string_view transaction_id,
                       const Changes& changes, const Also& also, const sql::IdempotencyKey& by,
                       absl::Time now) {
  if (changes.empty()) return absl::OkStatus();
  if (also) WICI_RETURN_IF_ERROR(also(tx, changes, by, now));
  return AppendChanges(tx, transaction_id, changes, now);
}

absl::Status Mutation::Store(sql::Transaction& tx, const sql::IdempotencyKey& key,
                             std::string response, const Changes& changes) {
  const absl::Time now = clock_.Now();
  if (!key.request_id.empty()) {
    const sql::IdempotencyRecord record{key, std::move(response)};
    WICI_RETURN_IF_ERROR(sql::StoreAnswers(tx, absl::MakeConstSpan(&record, 1), now));
  }
  return AppendAll(tx, ids_.NewId(), changes, also_, key, now);
}

}  // namespace wici::feed
