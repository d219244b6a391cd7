#include "services/registration/vouchers/voucher_rows.h"

#include "libs/base/status_macros.h"
#include "services/registration/names.h"
#include "services/registration/rows.h"
#include "services/registration/vouchers/queries.h"

namespace wici::registration {
namespace {

sql::Bytes VoucherBody(v1::Voucher voucher) {
  ClearRecord(voucher);
  voucher.clear_state();
  voucher.clear_used();
  voucher.clear_code();
  return sql::Bytes{voucher.SerializeAsString()};
}

}  // namespace

VoucherRow ReadVoucher(const sql::Row& row) {
  VoucherRow result;
  v1::Voucher& voucher = result.voucher;
  ParseBody(row.Blob(4), voucher);
  result.revision = row.Int(2);
  result.code_key = row.Text(7);
  voucher.set_name(VoucherName(row.Text(0), row.Text(1)));
  voucher.set_state(static_cast<v1::VoucherState>(row.Int(3)));
  SetRecord(result.revision, row.Int(5), row.Int(6), voucher);
  return result;
}

std::vector<sql::Value> VoucherValues(const VoucherRow& row) {
  const v1::Voucher& voucher = row.voucher;
  return {EventOf(voucher.name()),
          IdOf(voucher.name()),
          row.revision,
          static_cast<std::int64_t>(voucher.state()),
          VoucherBody(voucher),
          MicrosOf(voucher.create_time()),
          MicrosOf(voucher.update_time()),
          row.code_key,
          OptionalTime(voucher.reserves_places() && voucher.has_valid_until_time(),
                       voucher.valid_until_time())};
}

absl::StatusOr<std::vector<VoucherRow>> SelectVouchers(sql::Transaction& tx, std::string_view event,
                                                       const std::vector<std::string>& code_keys) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& key : code_keys) keys.push_back({event, key});
  WICI_ASSIGN_OR_RETURN(const sql::Rows found, sql::SelectMany(tx, kFindVouchers, "", keys));
  std::vector<VoucherRow> rows;
  for (const sql::Row& row : found) rows.push_back(ReadVoucher(row));
  return rows;
}

absl::Status AppendVoucherLog(sql::Transaction& tx, std::string_view event, std::int64_t version,
                              const std::vector<VoucherUse>& uses, absl::Time now) {
  if (uses.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> values;
  for (const VoucherUse& use : uses) {
    values.push_back({event, IdOf(use.voucher), version, static_cast<std::int64_t>(values.size()),
                      use.kind, use.registration.empty() ? "" : IdOf(use.registration), use.actor,
                      ToMicros(now)});
  }
  return tx.InsertMany(kInsertVoucherLog, "", values).status();
}

}  // namespace wici::registration
