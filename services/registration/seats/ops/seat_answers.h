// Answers to requests that change seats, stored so that a repeated request gets the same.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_OPS_SEAT_ANSWERS_H_
#define WICI_SERVICES_REGISTRATION_SEATS_OPS_SEAT_ANSWERS_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/id.h"
#include "libs/sql/database.h"
#include "libs/sql/idempotency.h"
#include "services/registration/mutation.h"
#include "services/registration/seats/ops/seat_ops.h"

namespace wici::registration {

// An operation, and the one of the same batch that it repeats.
using Twins = std::vector<std::pair<SeatOp*, SeatOp*>>;

// Sets the result of operations that were answered before, here or earlier in this batch, and
// returns the others. `answers` are those stored for the keys of `ops`; `twins` gets what repeats
// an operation of the same batch.
absl::StatusOr<std::vector<SeatOp*>> TakeAnswered(sql::Transaction& tx,
                                                  absl::Span<SeatOp* const> ops,
                                                  absl::Span<const sql::Answer> answers,
                                                  Twins& twins);

// Two callers sent the same request at once: one answer for both.
void AnswerTwins(const Twins& twins);

// Stores the answers of `ops` that succeeded, and appends their changes.
absl::Status StoreResults(sql::Transaction& tx, const std::vector<SeatOp*>& ops,
                          const Changes& changes, absl::Time now, IdSource& ids);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_OPS_SEAT_ANSWERS_H_
