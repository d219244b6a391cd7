#include "services/notification/digests/digest_worker.h"

#include <string>
#include <vector>

#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/notification/digests/digest_store.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kDigestTimeout = absl::Seconds(10);
constexpr std::int64_t kDigestsAtOnce = 100;

}  // namespace

bool DigestWorker::Round() {
  const absl::StatusOr<std::int64_t> sent = RunOnce();
  if (!sent.ok()) {
    Log(LogLevel::kWarning, "digests_not_closed",
        {{"error", std::string(sent.status().message())}});
  }
  return sent.ok() && *sent > 0;
}

absl::StatusOr<std::int64_t> DigestWorker::RunOnce() {
  const absl::Time now = clock_.Now();
  std::vector<std::string> due;
  WICI_RETURN_IF_ERROR(
      database_.Read(machine_.Now() + kDigestTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(due, ListDueDigests(tx, now, kDigestsAtOnce));
        return absl::OkStatus();
      }));
  std::int64_t sent = 0;
  absl::Status first_error;
  for (const std::string& id : due) {
    std::int64_t items = 0;
    // One that fails does not hold up the others.
    first_error.Update(
        database_.Write(machine_.Now() + kDigestTimeout, [&](sql::Transaction& tx) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(items, CloseDigest(tx, id, ids_, now));
          return absl::OkStatus();
        }));
    sent += items;
  }
  if (sent > 0) on_commit_();
  WICI_RETURN_IF_ERROR(first_error);
  return sent;
}

}  // namespace wici::notification
