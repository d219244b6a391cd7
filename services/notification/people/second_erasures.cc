#include "services/notification/people/second_erasures.h"

#include <string>

#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "services/notification/people/erasures.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kErasuresTimeout = absl::Seconds(30);  // of each transaction

}  // namespace

bool SecondErasures::Round() {
  const absl::StatusOr<std::int64_t> due = RunOnce();
  if (!due.ok()) {
    Log(LogLevel::kWarning, "nobody_erased_again",
        {{"error", std::string(due.status().message())}});
  }
  return due.ok() && *due > 0;
}

absl::StatusOr<std::int64_t> SecondErasures::RunOnce() {
  const absl::Time now = clock_.Now();
  WICI_ASSIGN_OR_RETURN(const Names requested, ListDue(/*requested=*/true, now));
  WICI_RETURN_IF_ERROR(Erase(/*requested=*/true, requested, /*spared=*/{}, now));
  WICI_ASSIGN_OR_RETURN(const Names deleted, ListDue(/*requested=*/false, now));
  if (!deleted.empty()) {
    WICI_ASSIGN_OR_RETURN(const auto known, peers_.GetContactPoints(deleted));
    Names spared;
    for (const auto& [person, point] : known) spared.insert(person);
    WICI_RETURN_IF_ERROR(Erase(/*requested=*/false, deleted, spared, now));
  }
  return static_cast<std::int64_t>(requested.size() + deleted.size());
}

absl::StatusOr<Names> SecondErasures::ListDue(bool requested, absl::Time now) {
  Names due;
  WICI_RETURN_IF_ERROR(
      database_.Read(DeadlineIn(kErasuresTimeout), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(due, ListErasuresDue(tx, requested, now));
        return absl::OkStatus();
      }));
  return due;
}

absl::Status SecondErasures::Erase(bool requested, const Names& due, const Names& spared,
                                   absl::Time now) {
  if (due.empty()) return absl::OkStatus();
  return database_.Write(DeadlineIn(kErasuresTimeout), [&](sql::Transaction& tx) -> absl::Status {
    feed::Changes changes;
    for (const std::string& person : due) {
      absl::Time until = now;
      if (spared.count(person) == 0) {
        WICI_RETURN_IF_ERROR(people_.Erase(tx, person, now, changes).status());
        until += kEraseAgainAfter;  // as that has noted
      }
      WICI_RETURN_IF_ERROR(EndErasure(tx, requested, person, until));
    }
    return people_.Append(tx, ids_.NewId(), changes, now);
  });
}

}  // namespace wici::notification
