#include "services/registration/self_service/resend_limit.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/self_service/queries.h"

namespace wici::registration {

absl::Status ResendBuckets::Load(sql::Transaction& tx, const std::vector<std::string>& keys) {
  if (keys.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> ids;
  ids.reserve(keys.size());
  for (const std::string& key : keys) ids.push_back({key});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(tx, kGetResendBuckets, "", ids));
  for (const sql::Row& row : rows) full_at_[row.Text(0)] = FromMicros(row.Int(1));
  return absl::OkStatus();
}

absl::Status ResendBuckets::Take(const std::string& key, absl::Time now) {
  absl::Time& full_at = full_at_.try_emplace(key, now).first->second;
  const absl::Time full = std::max(full_at, now);
  const absl::Duration wait = full - (now + (kTokens - 1) * kRefill);
  if (wait > absl::ZeroDuration()) return ResendLimitedError(wait);
  full_at = full + kRefill;
  taken_.insert(key);
  return absl::OkStatus();
}

absl::Status ResendBuckets::Save(sql::Transaction& tx) const {
  if (taken_.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> rows;
  for (const std::string& key : taken_) rows.push_back({key, ToMicros(full_at_.at(key))});
  return tx.InsertMany(kPutResendBuckets, kPutResendBucketsSuffix, rows).status();
}

absl::StatusOr<std::int64_t> ResendBuckets::DeleteFull(sql::Transaction& tx, absl::Time now,
                                                       std::int64_t rows_max) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(kDeleteFullResendBuckets, {ToMicros(now), rows_max}));
  return static_cast<std::int64_t>(rows.size());
}

absl::Status ResendLimit::Take(absl::Time deadline, const std::string& key) {
  return database_.Write(deadline, [&](sql::Transaction& tx) -> absl::Status {
    ResendBuckets buckets;
    WICI_RETURN_IF_ERROR(buckets.Load(tx, {key}));
    WICI_RETURN_IF_ERROR(buckets.Take(key, clock_.Now()));
    return buckets.Save(tx);
  });
}

}  // namespace wici::registration
