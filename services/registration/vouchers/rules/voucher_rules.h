// Whether a voucher may be used. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_VOUCHERS_RULES_VOUCHER_RULES_H_
#define WICI_SERVICES_REGISTRATION_VOUCHERS_RULES_VOUCHER_RULES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "wici/registration/v1/registration.pb.h"
#include "wici/registration/v1/voucher.pb.h"

namespace wici::registration {

// Whether a registration that asks for what `wanted` says may take a use at `now`, when `uses` are
// taken. VOUCHER_NOT_VALID, VOUCHER_NOT_FOR_PARTY, VOUCHER_NOT_FOR_CATEGORY, VOUCHER_USED_UP.
absl::Status CheckUse(const v1::Voucher& voucher, const v1::Registration& wanted, std::int64_t uses,
                      absl::Time now);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_VOUCHERS_RULES_VOUCHER_RULES_H_
