#include "services/registration/vouchers/rules/validate_voucher.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "libs/base/limits.h"
#include "libs/base/timestamp.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

constexpr int kUsesMax = 100'000;
constexpr int kCategoriesOfVoucherMax = 50;
constexpr std::size_t kCodeBytesMin = 6;
constexpr std::size_t kVoucherCodeBytesMax = 64;

void CheckVoucherFacts(std::string_view event, const v1::Voucher& voucher, Violations& violations) {
  violations.OptionalText("voucher.display_name", voucher.display_name(), kTitleBytesMax);
  if (!voucher.party().empty() &&
      !MatchesResourcePattern(voucher.party(), "clusters/*/members/*")) {
    violations.OptionalResourceName("voucher.party", voucher.party(), "clusters/*");
  }
  violations.RequireRange("voucher.uses_max", voucher.uses_max(), 1, kUsesMax);
  const int categories_max = voucher.reserves_places() ? 1 : kCategoriesOfVoucherMax;
  if (CheckCount("voucher.admission_categories", voucher.admission_categories_size(), 0,
                 categories_max, violations)) {
    for (int i = 0; i < voucher.admission_categories_size(); ++i) {
      const std::string& name = voucher.admission_categories(i);
      const std::string field = Item("voucher", "admission_categories", i);
      if (violations.RequireResourceName(field, name, kCategoryPattern) && EventOf(name) != event) {
        violations.Add(field, "must belong to the event");
      }
    }
  }
  const bool from =
      !voucher.has_valid_from_time() ||
      CheckTimestamp("voucher.valid_from_time", true, voucher.valid_from_time(), violations);
  const bool until =
      !voucher.has_valid_until_time() ||
      CheckTimestamp("voucher.valid_until_time", true, voucher.valid_until_time(), violations);
  if (from && until && voucher.has_valid_from_time() && voucher.has_valid_until_time() &&
      TimeOf(voucher.valid_until_time()) <= TimeOf(voucher.valid_from_time())) {
    violations.Add("voucher.valid_until_time", "must lie after valid_from_time");
  }
}

void CheckVoucherCode(std::string_view field, const std::string& code, std::set<std::string>& seen,
                      Violations& violations) {
  std::string bare;
  bool fine = code.size() <= kVoucherCodeBytesMax;
  for (const char c : code) {
    if (c == '-') continue;
    fine = fine && absl::ascii_isalnum(static_cast<unsigned char>(c));
    bare.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  if (!fine || bare.size() < kCodeBytesMin) {
    violations.Add(field,
                   "must have 6 to 64 letters A to Z, digits and hyphens, 6 without hyphens");
  } else if (!seen.insert(bare).second) {
    violations.Add(field, "is there twice");
  }
}

}  // namespace

absl::Status Validate(const v1::BatchCreateVouchersRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  CheckVoucherFacts(request.parent(), request.voucher(), violations);
  if ((request.count() != 0) == (request.codes_size() != 0)) {
    violations.Add("count", "exactly one of count and codes must be set");
  } else if (request.codes_size() == 0) {
    violations.RequireRange("count", request.count(), 1, kBatchSizeMax);
  } else if (CheckCount("codes", request.codes_size(), 1, static_cast<int>(kBatchSizeMax),
                        violations)) {
    std::set<std::string> seen;
    for (int i = 0; i < request.codes_size(); ++i) {
      CheckVoucherCode(Item("", "codes", i), request.codes(i), seen, violations);
    }
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

}  // namespace wici::registration
