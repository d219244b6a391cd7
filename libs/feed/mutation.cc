#include "libs/feed/mutation.h"

namespace wici::feed {

absl::Status Mutation::Store(sql::Transaction& tx, const sql::IdempotencyKey& key,
                             std::string response, const Changes& changes) {
  const absl::Time now = clock_.Now();
  if (!key.request_id.empty()) {
    const sql::IdempotencyRecord record{key, std::move(response)};
    WICI_RETURN_IF_ERROR(sql::StoreAnswers(tx, absl::MakeConstSpan(&record, 1), now));
  }
  if (changes.empty()) return absl::OkStatus();
  if (also_) WICI_RETURN_IF_ERROR(also_(tx, changes, now));
  return AppendChanges(tx, ids_.NewId(), changes, now);
}

}  // namespace wici::feed
