#include "services/registration/seats/ops/voucher_book.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/vouchers/rules/voucher_rules.h"

namespace wici::registration {

absl::Status VoucherBook::Load(sql::Transaction& tx, std::string_view event,
                               const std::vector<NewRegistration*>& added) {
  std::vector<std::string> keys;
  for (const NewRegistration* one : added) {
    if (!one->code_key.empty()) keys.push_back(one->code_key);
  }
  if (keys.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(std::vector<VoucherRow> rows, SelectVouchers(tx, event, keys));
  for (VoucherRow& row : rows) by_key_.emplace(row.code_key, std::move(row.voucher));
  for (NewRegistration* one : added) {
    const auto found = by_key_.find(one->code_key);
    one->facts.set_voucher(found == by_key_.end() ? "" : found->second.name());
  }
  return absl::OkStatus();
}

absl::Status VoucherBook::Check(const NewRegistration& added, std::int64_t together,
                                EventAggregate& event, absl::Time now) const {
  if (!added.code_key.empty()) {
    const auto found = by_key_.find(added.code_key);
    if (found == by_key_.end()) return CodeInvalidError(event.seats().event);
    const QuotaRow* quota = event.FindQuota(found->second.name());
    if (quota == nullptr) return CodeInvalidError(event.seats().event);
    return CheckUse(found->second, added.facts, UsesOf(quota->counts) + together, now);
  }
  if (added.facts.source() == v1::REGISTRATION_SOURCE_ORGANISER) return absl::OkStatus();
  for (int rank = 0; rank < WantedCategories(added.facts); ++rank) {
    const QuotaRow* category = event.FindQuota(WantedCategory(added.facts, rank));
    if (category != nullptr && category->code_required) return CodeRequiredError(category->name);
  }
  return absl::OkStatus();
}

}  // namespace wici::registration
