// When which event is looked at for its evidence, and what of it was given last.
#ifndef WICI_SERVICES_REGISTRATION_EVIDENCE_EVIDENCE_ROUNDS_H_
#define WICI_SERVICES_REGISTRATION_EVIDENCE_EVIDENCE_ROUNDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"

namespace wici::registration {

// Of one event. A version grows with whatever the evidence is made of, and more often than that.
struct EvidenceRound {
  std::int64_t given = 0;    // the version that was given last, 0 for none
  std::int64_t version = 0;  // of what there is
};

// Thread-safe; methods block.
class EvidenceRounds {
 public:
  // Outlives the object.
  explicit EvidenceRounds(sql::Database& database) : database_(database) {}

  // At most `limit` events to look at now, the longest due first.
  absl::StatusOr<std::vector<std::string>> ListDue(absl::Time deadline, absl::Time now,
                                                   std::int64_t limit);
  // EVENT_NOT_FOUND.
  absl::StatusOr<EvidenceRound> Read(absl::Time deadline, std::string_view event);
  // The event was looked at: `given` is what the registry has, and `next` when it is due again.
  absl::Status Settle(absl::Time deadline, std::string_view event, std::int64_t given,
                      absl::Time next);

 private:
  sql::Database& database_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVIDENCE_EVIDENCE_ROUNDS_H_
