#include "services/registration/self_service/resend_limit.h"

#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/self_service/queries.h"

namespace wici::registration {

absl::Status ResendLimit::Take(absl::Time deadline, std::string_view key) {
  const absl::Time now = clock_.Now();
  return database_.Write(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(tx.Execute(kDropFullBuckets, {ToMicros(now)}).status());
    WICI_ASSIGN_OR_RETURN(const sql::Rows taken,
                          tx.Execute(kTakeResendToken, {key, ToMicros(now + kRefill),
                                                        absl::ToInt64Microseconds(kRefill),
                                                        ToMicros(now + (kTokens - 1) * kRefill)}));
    return taken.empty() ? ResendLimitedError(kRefill) : absl::OkStatus();
  });
}

}  // namespace wici::registration
