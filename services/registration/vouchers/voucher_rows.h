// Rows of vouchers as the proto resources they are, and back.
#ifndef WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_ROWS_H_
#define WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/voucher.pb.h"

namespace wici::registration {

struct VoucherRow {
  v1::Voucher voucher;  // without used and code
  std::int64_t revision = 0;
  std::string code_key;  // VoucherCodes::KeyOf
};
VoucherRow ReadVoucher(const sql::Row& row);
// The values of kInsertVouchers.
std::vector<sql::Value> VoucherValues(const VoucherRow& row);

// The vouchers of `event` with these keys that exist, in no particular order, in one statement.
absl::StatusOr<std::vector<VoucherRow>> SelectVouchers(sql::Transaction& tx, std::string_view event,
                                                       const std::vector<std::string>& code_keys);

// Something that happened to a voucher.
struct VoucherUse {
  std::string voucher;
  std::string kind;
  std::string registration;  // or ""
  std::string actor;
};
// Appends to the logs of vouchers of `event` what took effect with its `version`. One call for each
// version.
absl::Status AppendVoucherLog(sql::Transaction& tx, std::string_view event, std::int64_t version,
                              const std::vector<VoucherUse>& uses, absl::Time now);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_ROWS_H_
