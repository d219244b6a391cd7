#include "services/registration/evidence/evidence_rounds.h"

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/evidence/queries.h"

namespace wici::registration {

absl::StatusOr<std::vector<std::string>> EvidenceRounds::ListDue(absl::Time deadline,
                                                                 absl::Time now,
                                                                 std::int64_t limit) {
  std::vector<std::string> events;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListDueEvidence, {ToMicros(now), limit}));
    events.clear();
    for (const sql::Row& row : rows) events.push_back(row.Text(0));
    return absl::OkStatus();
  }));
  return events;
}

absl::StatusOr<EvidenceRound> EvidenceRounds::Read(absl::Time deadline, std::string_view event) {
  EvidenceRound round;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetEvidenceRound, {event}));
    if (rows.empty()) return EventNotFoundError(event);
    round = {rows[0].Int(0), rows[0].Int(1)};
    return absl::OkStatus();
  }));
  return round;
}

absl::Status EvidenceRounds::Settle(absl::Time deadline, std::string_view event, std::int64_t given,
                                    absl::Time next) {
  return database_.Write(deadline, [&](sql::Transaction& tx) {
    return tx.Execute(kSettleEvidenceRound, {event, given, ToMicros(next)}).status();
  });
}

}  // namespace wici::registration
