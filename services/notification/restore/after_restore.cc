#include "services/notification/restore/after_restore.h"

#include <cstdint>
#include <string>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/sequencer.h"
#include "services/notification/audit/audit.h"
#include "services/notification/campaigns/campaign_rows.h"
#include "services/notification/deliveries/replay/replay_store.h"
#include "services/notification/restore/queries.h"
#include "services/notification/timers/timer_store.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kRestoreTimeout = absl::Seconds(30);  // of each transaction

}  // namespace

absl::Status AfterRestore(sql::Database& database, IdSource& ids, const Clock& clock,
                          const Clock& machine) {
  ReplayStore replays(database, ids);
  const absl::Time now = clock.Now();
  // Of all there are, also those that are not set up now.
  for (int number = v1::CHANNEL_UNSPECIFIED + 1; number <= v1::Channel_MAX; ++number) {
    const auto channel = static_cast<v1::Channel>(number);
    std::int32_t held = kReplayMax;
    while (held == kReplayMax) {
      WICI_ASSIGN_OR_RETURN(
          held, replays.HoldRestored(machine.Now() + kRestoreTimeout, channel, kReplayMax, now));
    }
  }
  const std::string transaction_id = ids.NewId();
  WICI_RETURN_IF_ERROR(
      database.Write(machine.Now() + kRestoreTimeout, [&](sql::Transaction& tx) -> absl::Status {
        std::vector<feed::Change> changes;
        WICI_RETURN_IF_ERROR(tx.Execute(queries::kSetRestore, {ToMicros(now)}).status());
        WICI_RETURN_IF_ERROR(PassOverDueTimers(tx, now));
        WICI_RETURN_IF_ERROR(PauseRestored(tx, now, changes));
        std::vector<AuditAct> acts;
        for (const feed::Change& change : changes) {
          acts.push_back(ActOf(change, /*subject=*/"", ByService()));
        }
        WICI_RETURN_IF_ERROR(AppendAudit(tx, acts, now));
        return feed::AppendChanges(tx, transaction_id, changes, now);
      }));
  return feed::StartNewEpoch(database, ids);
}

absl::StatusOr<absl::Time> LastRestore(sql::Database& database, const Clock& machine) {
  absl::Time restored;
  WICI_RETURN_IF_ERROR(
      database.Read(machine.Now() + kRestoreTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kGetRestore));
        const std::int64_t micros = rows[0].Int(0);
        restored = micros == 0 ? absl::InfinitePast() : FromMicros(micros);
        return absl::OkStatus();
      }));
  return restored;
}

}  // namespace wici::notification
