// Requests checked field by field; each answer lists every violation. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_VOUCHERS_RULES_VALIDATE_VOUCHER_H_
#define WICI_SERVICES_REGISTRATION_VOUCHERS_RULES_VALIDATE_VOUCHER_H_

#include "absl/status/status.h"
#include "wici/registration/v1/voucher_service.pb.h"

namespace wici::registration {

absl::Status Validate(const v1::BatchCreateVouchersRequest& request);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_VOUCHERS_RULES_VALIDATE_VOUCHER_H_
