#include "services/registration/seats/ops/voucher_book.h"

#include <utility>
#include <variant>

#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/vouchers/queries.h"
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
    const v1::Voucher* voucher = Find(added.code_key);
    const QuotaRow* quota = voucher == nullptr ? nullptr : event.FindQuota(voucher->name());
    if (quota == nullptr) return CodeInvalidError(event.seats().event);
    return CheckUse(*voucher, added.facts, UsesOf(quota->counts) + together, now);
  }
  if (added.facts.source() == v1::REGISTRATION_SOURCE_ORGANISER) return absl::OkStatus();
  for (int rank = 0; rank < WantedCategories(added.facts); ++rank) {
    const QuotaRow* category = event.FindQuota(WantedCategory(added.facts, rank));
    if (category != nullptr && category->code_required) return CodeRequiredError(category->name);
  }
  return absl::OkStatus();
}

absl::Status VoucherBook::CheckUninvited(const NewRegistration& added, std::int64_t together,
                                         EventAggregate& event, absl::Time now) const {
  const bool open = event.seats().admission == v1::ADMISSION_OPEN ||
                    added.facts.source() == v1::REGISTRATION_SOURCE_ORGANISER;
  if (!open && added.code_key.empty()) return InvitationRequiredError(event.seats().event);
  // First, so that a wrong code counts as a guess here too.
  WICI_RETURN_IF_ERROR(Check(added, together, event, now));
  if (open || !Find(added.code_key)->party().empty()) return absl::OkStatus();
  return InvitationRequiredError(event.seats().event);
}

const v1::Voucher* VoucherBook::Find(const std::string& code_key) const {
  const auto found = by_key_.find(code_key);
  return found == by_key_.end() ? nullptr : &found->second;
}

std::vector<v1::Registration> VoucherBook::ReleasedBy(const std::vector<SeatOp*>& ops) {
  std::vector<v1::Registration> all;
  for (const SeatOp* op : ops) {
    if (const auto* release = std::get_if<VoucherRelease>(&op->what)) {
      all.emplace_back().set_voucher(release->voucher);
    }
  }
  return all;
}

absl::Status VoucherBook::Release(const VoucherRelease& release, EventAggregate& event,
                                  Changes& changes) {
  const QuotaRow* quota = event.FindQuota(release.voucher);
  if (quota == nullptr) return VoucherNotFoundError(release.voucher);
  if (quota->counts.reserved == 0) {
    return VoucherNotValidError(release.voucher, "keeps no places");
  }
  WICI_RETURN_IF_ERROR(event.KeepNothingFor(release.voucher));
  changes.push_back(event.MakeChange("voucher.expired", release.voucher, ""));
  event.LogVoucher({release.voucher, "expired", "", "services/registration"});
  released_.push_back(release.voucher);
  return event.Promote(changes);
}

absl::Status VoucherBook::Save(sql::Transaction& tx, const std::string& event) const {
  if (released_.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& voucher : released_) keys.push_back({event, IdOf(voucher)});
  return sql::SelectMany(tx, kReleaseVouchers, kReleaseVouchersSuffix, keys).status();
}

}  // namespace wici::registration
