// Vouchers of events in the database; their uses are taken by seats/ops/seat_ops.h. Thread-safe;
// methods block.
#ifndef WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_STORE_H_
#define WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"
#include "wici/registration/v1/voucher_service.pb.h"

namespace wici::registration {

class VoucherStore {
 public:
  static constexpr std::int64_t kVouchersMax = 10'000;  // of an event

  // Both outlive the store.
  VoucherStore(sql::Database& database, Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  struct NewVoucher {
    std::string name;
    std::string code_key;
  };
  // Makes vouchers that are like `like`, all or none. EVENT_NOT_FOUND, EVENT_CANCELLED,
  // ADMISSION_CATEGORY_NOT_FOUND, CODE_TAKEN (of field "codes[i]"), RESERVED_EXCEEDS_FREE;
  // INVALID_ARGUMENT for more than an event may have.
  absl::StatusOr<v1::BatchCreateVouchersResponse> Create(const Call& call, std::string_view event,
                                                         const v1::Voucher& like,
                                                         const std::vector<NewVoucher>& wanted);
  // VOUCHER_NOT_FOUND.
  absl::StatusOr<v1::Voucher> Get(absl::Time deadline, std::string_view name);
  // At most `limit` vouchers of `event` after `after_id`, by id. EVENT_NOT_FOUND.
  absl::StatusOr<std::vector<v1::Voucher>> List(absl::Time deadline, std::string_view event,
                                                std::string_view after_id, std::int64_t limit);
  // Where an entry of a log stands: the version of the event, and its step of it.
  using LogPlace = std::pair<std::int64_t, std::int64_t>;
  struct LogEntry {
    LogPlace place;
    v1::VoucherLogEntry entry;
  };
  // At most `limit` entries of the log of voucher `name` after `after`. VOUCHER_NOT_FOUND.
  absl::StatusOr<std::vector<LogEntry>> ListLog(absl::Time deadline, std::string_view name,
                                                LogPlace after, std::int64_t limit);
  // VOUCHER_NOT_FOUND, EVENT_CANCELLED, ETAG_MISMATCH.
  absl::StatusOr<v1::Voucher> Disable(const Call& call, std::string_view name,
                                      std::string_view etag);
  // VOUCHER_NOT_FOUND, EVENT_CANCELLED, ETAG_MISMATCH, VOUCHER_IN_USE.
  absl::StatusOr<v1::DeleteVoucherResponse> Delete(const Call& call, std::string_view name,
                                                   std::string_view etag);

 private:
  sql::Database& database_;
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_STORE_H_
