#include "services/registration/vouchers/voucher_service.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/page.h"
#include "libs/rpc/page_token.h"
#include "services/registration/call.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"
#include "services/registration/vouchers/rules/validate_voucher.h"

namespace wici::registration {

void VoucherService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.VoucherService");
  service.Pooled("BatchCreateVouchers", this, &VoucherService::BatchCreateVouchers);
  service.Pooled("GetVoucher", this, &VoucherService::GetVoucher);
  service.Pooled("ListVouchers", this, &VoucherService::ListVouchers);
  service.Pooled("ListVoucherLogEntries", this, &VoucherService::ListVoucherLogEntries);
  service.Pooled("DisableVoucher", this, &VoucherService::DisableVoucher);
  service.Pooled("DeleteVoucher", this, &VoucherService::DeleteVoucher);
}

absl::Status VoucherService::BatchCreateVouchers(const rpc::Context& context,
                                                 const v1::BatchCreateVouchersRequest& request,
                                                 v1::BatchCreateVouchersResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  const bool given = request.codes_size() > 0;
  const int count = given ? request.codes_size() : request.count();
  std::vector<VoucherStore::NewVoucher> wanted;
  for (int i = 0; i < count; ++i) {
    const std::string name = VoucherName(request.parent(), ids_.NewId());
    const std::string code = given ? request.codes(i) : codes_.CodeOf(name);
    wanted.push_back({name, codes_.KeyOf(request.parent(), code)});
  }
  Call call = CallOf(context, request);
  call.key.principal = context.principal.id;
  WICI_ASSIGN_OR_RETURN(response, store_.Create(call, request.parent(), request.voucher(), wanted));
  // The stored answer has no codes.
  for (int i = 0; i < response.vouchers_size(); ++i) {
    v1::Voucher& voucher = *response.mutable_vouchers(i);
    voucher.set_code(given ? request.codes(i) : codes_.CodeOf(voucher.name()));
  }
  return absl::OkStatus();
}

absl::Status VoucherService::GetVoucher(const rpc::Context& context,
                                        const v1::GetVoucherRequest& request,
                                        v1::Voucher& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kVoucherPattern));
  return Answer(store_.Get(context.deadline, request.name()), response);
}

absl::Status VoucherService::ListVouchers(const rpc::Context& context,
                                          const v1::ListVouchersRequest& request,
                                          v1::ListVouchersResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Voucher> found,
      store_.List(context.deadline, request.parent(), After(page), page.size + 1));
  FillPage(
      request, page, std::move(found),
      [](const v1::Voucher& last) -> std::vector<std::string> { return {IdOf(last.name())}; },
      *response.mutable_vouchers(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status VoucherService::ListVoucherLogEntries(const rpc::Context& context,
                                                   const v1::ListVoucherLogEntriesRequest& request,
                                                   v1::ListVoucherLogEntriesResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kVoucherPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  VoucherStore::LogPlace after{-1, -1};
  if (!page.after.empty() &&
      (page.after.size() != 2 || !absl::SimpleAtoi(page.after[0], &after.first) ||
       !absl::SimpleAtoi(page.after[1], &after.second))) {
    violations.Add("page_token", "is not a token of this method");
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(std::vector<VoucherStore::LogEntry> found,
                        store_.ListLog(context.deadline, request.parent(), after, page.size + 1));
  if (found.size() > static_cast<std::size_t>(page.size)) {
    found.pop_back();
    const VoucherStore::LogPlace last = found.back().place;
    response.set_next_page_token(
        rpc::MakePageToken(request, {absl::StrCat(last.first), absl::StrCat(last.second)}));
  }
  for (VoucherStore::LogEntry& entry : found) *response.add_entries() = std::move(entry.entry);
  return absl::OkStatus();
}

absl::Status VoucherService::DisableVoucher(const rpc::Context& context,
                                            const v1::DisableVoucherRequest& request,
                                            v1::Voucher& response) {
  WICI_RETURN_IF_ERROR(CheckVerb(request, kVoucherPattern).ToStatus(kDomain));
  Call call = CallOf(context, request);
  call.key.principal = context.principal.id;
  return Answer(store_.Disable(call, request.name(), request.etag()), response);
}

absl::Status VoucherService::DeleteVoucher(const rpc::Context& context,
                                           const v1::DeleteVoucherRequest& request,
                                           v1::DeleteVoucherResponse& response) {
  WICI_RETURN_IF_ERROR(CheckVerb(request, kVoucherPattern).ToStatus(kDomain));
  return Answer(store_.Delete(CallOf(context, request), request.name(), request.etag()), response);
}

}  // namespace wici::registration
