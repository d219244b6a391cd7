// Quotas that are made, changed and written, in EventAggregate.
#include <cstdint>
#include <set>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"

namespace wici::registration {
namespace {

// Whether quotas of this kind are counted as limited in the row of the event.
bool CountsAsLimited(QuotaKind kind) {
  return kind == QuotaKind::kSession || kind == QuotaKind::kAudience;
}

}  // namespace

absl::Status EventAggregate::PutQuota(const QuotaRow& wanted) {
  const bool is_new = quotas_.find(wanted.name) == quotas_.end();
  if (is_new) {
    QuotaRow empty = wanted;
    empty.counts = {};
    Keep(std::move(empty));
  }
  KeptQuota& kept = *quotas_.at(wanted.name);
  Quota counts = kept.row.counts;
  const std::int64_t given = counts.taken + counts.promised;
  if (wanted.counts.size < given) return QuotaBelowTakenError(wanted.name, given);
  SeatCounts seats = seats_.counts;
  Resize(seats, counts, wanted.counts.size, wanted.counts.reserved);
  const std::int64_t more = seats.reserved - seats_.counts.reserved;
  const std::int64_t over = seats.confirmed + seats.held + seats.reserved - seats.capacity;
  if (more > 0 && over > 0) return ReservedExceedsFreeError(seats_.event, more - over);
  if (const Quota* outer = counts.within) {
    const std::int64_t too_many = outer->taken + outer->promised - outer->size;
    if (too_many > 0) {
      return ReservedExceedsFreeError(seats_.event, wanted.counts.reserved - too_many);
    }
    quotas_.at(wanted.within)->dirty = true;
  }
  if (wanted.kind == QuotaKind::kCategory) {
    seats_.categories += is_new ? 1 : 0;
  } else if (CountsAsLimited(wanted.kind)) {
    seats_.limited_sessions += IsLimited(wanted) - (is_new ? 0 : IsLimited(kept.row));
  }
  seats_.counts = seats;
  settled_ = false;
  kept.row = wanted;
  kept.row.counts = counts;
  kept.dirty = true;
  return absl::OkStatus();
}

absl::Status EventAggregate::PutAudiences(const v1::Event& event) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      tx_->Execute(kListQuotas,
                   {seats_.event, static_cast<std::int64_t>(QuotaKind::kAudience), kAudiencesMax}));
  std::set<std::string> gone;
  for (const sql::Row& row : rows) {
    QuotaRow quota = ReadQuota(seats_.event, row);
    gone.insert(quota.name);
    Keep(std::move(quota));
  }
  for (const v1::EventAudience& audience : event.audiences()) {
    const QuotaRow wanted = QuotaOf(seats_.event, audience);
    WICI_RETURN_IF_ERROR(PutQuota(wanted));
    gone.erase(wanted.name);
  }
  for (const std::string& name : gone) WICI_RETURN_IF_ERROR(RemoveQuota(name));
  return absl::OkStatus();
}

absl::Status EventAggregate::KeepNothingFor(const std::string& voucher) {
  QuotaRow wanted = *FindQuota(voucher);
  wanted.counts.reserved = 0;
  return PutQuota(wanted);
}

absl::Status EventAggregate::RemoveQuota(const std::string& name) {
  const auto at = quotas_.find(name);
  if (at == quotas_.end()) return absl::OkStatus();
  QuotaRow& row = at->second->row;
  Resize(seats_.counts, row.counts, row.counts.size, 0);
  settled_ = false;
  if (row.counts.within != nullptr) quotas_.at(row.within)->dirty = true;
  if (row.kind == QuotaKind::kCategory) {
    --seats_.categories;
  } else if (CountsAsLimited(row.kind)) {
    seats_.limited_sessions -= IsLimited(row);
  }
  const auto kind = static_cast<std::int64_t>(row.kind);
  quotas_.erase(at);
  return tx_->Execute(kDeleteQuota, {seats_.event, kind, IdOf(name)}).status();
}

absl::Status EventAggregate::SaveQuotas() {
  std::vector<std::vector<sql::Value>> values;
  for (const auto& [name, quota] : quotas_) {
    if (quota->dirty) values.push_back(QuotaValues(seats_.event, quota->row));
  }
  if (values.empty()) return absl::OkStatus();
  return tx_->InsertMany(kSaveQuotas, kSaveQuotasSuffix, values).status();
}

}  // namespace wici::registration
