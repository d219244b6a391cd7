// Handlers of wici.registration.v1.VoucherService.
#ifndef WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_SERVICE_H_
#define WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_SERVICE_H_

#include <utility>

#include "absl/status/status.h"
#include "libs/base/id.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/registration/vouchers/voucher_codes.h"
#include "services/registration/vouchers/voucher_store.h"
#include "wici/registration/v1/voucher_service.pb.h"

namespace wici::registration {

// Thread-safe.
class VoucherService {
 public:
  // The references outlive the service.
  VoucherService(VoucherStore& store, VoucherCodes codes, IdSource& ids)
      : store_(store), codes_(std::move(codes)), ids_(ids) {}
  // Adds the service to `server`.
  void Register(rpc::Server& server);

 private:
  absl::Status BatchCreateVouchers(const rpc::Context& context,
                                   const v1::BatchCreateVouchersRequest& request,
                                   v1::BatchCreateVouchersResponse& response);
  absl::Status GetVoucher(const rpc::Context& context, const v1::GetVoucherRequest& request,
                          v1::Voucher& response);
  absl::Status ListVouchers(const rpc::Context& context, const v1::ListVouchersRequest& request,
                            v1::ListVouchersResponse& response);
  absl::Status ListVoucherLogEntries(const rpc::Context& context,
                                     const v1::ListVoucherLogEntriesRequest& request,
                                     v1::ListVoucherLogEntriesResponse& response);
  absl::Status DisableVoucher(const rpc::Context& context, const v1::DisableVoucherRequest& request,
                              v1::Voucher& response);
  absl::Status DeleteVoucher(const rpc::Context& context, const v1::DeleteVoucherRequest& request,
                             v1::DeleteVoucherResponse& response);

  VoucherStore& store_;
  const VoucherCodes codes_;
  IdSource& ids_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_VOUCHERS_VOUCHER_SERVICE_H_
