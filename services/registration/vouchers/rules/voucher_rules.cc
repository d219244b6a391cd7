#include "services/registration/vouchers/rules/voucher_rules.h"

#include <algorithm>
#include <string>

#include "libs/base/timestamp.h"
#include "services/registration/errors.h"

namespace wici::registration {
namespace {

// Whether it is for every category that `wanted` would take.
bool IsForCategories(const v1::Voucher& voucher, const v1::Registration& wanted) {
  const auto& categories = voucher.admission_categories();
  const auto has = [&](const std::string& category) {
    return std::find(categories.begin(), categories.end(), category) != categories.end();
  };
  return has(wanted.admission_category()) &&
         std::all_of(wanted.other_categories().begin(), wanted.other_categories().end(), has);
}

}  // namespace

absl::Status CheckUse(const v1::Voucher& voucher, const v1::Registration& wanted, std::int64_t uses,
                      absl::Time now) {
  const std::string& name = voucher.name();
  if (voucher.state() != v1::VOUCHER_STATE_ACTIVE) {
    return VoucherNotValidError(name, "is disabled");
  }
  if (voucher.has_valid_from_time() && now < TimeOf(voucher.valid_from_time())) {
    return VoucherNotValidError(name, "is not valid yet");
  }
  if (voucher.has_valid_until_time() && now >= TimeOf(voucher.valid_until_time())) {
    return VoucherNotValidError(name, "is not valid any more");
  }
  if (!voucher.party().empty() && voucher.party() != wanted.party()) {
    return VoucherNotForPartyError(name);
  }
  if (!voucher.admission_categories().empty() && !IsForCategories(voucher, wanted)) {
    return VoucherNotForCategoryError(name);
  }
  if (uses >= voucher.uses_max()) return VoucherUsedUpError(name, voucher.uses_max());
  return absl::OkStatus();
}

}  // namespace wici::registration
