#include "services/registration/seats/quota_rows.h"

#include "libs/base/clock.h"
#include "libs/base/timestamp.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

// A session or an audience without a number of places has this, which no event reaches.
constexpr std::int64_t kUnlimited = std::int64_t{1} << 40;

}  // namespace

QuotaRow ReadQuota(std::string_view event, const sql::Row& row) {
  QuotaRow quota;
  quota.kind = static_cast<QuotaKind>(row.Int(0));
  const std::string& id = row.Text(1);
  quota.name = id;
  if (quota.kind == QuotaKind::kCategory) quota.name = CategoryName(event, id);
  if (quota.kind == QuotaKind::kSession) quota.name = SessionName(event, id);
  if (quota.kind == QuotaKind::kAudience) quota.name = AudienceName(event, id);
  if (quota.kind == QuotaKind::kVoucher) quota.name = VoucherName(event, id);
  quota.counts = {.size = row.Int(2),
                  .reserved = row.Int(3),
                  .taken = row.Int(4),
                  .waiting = row.Int(5),
                  .pending = row.Int(6),
                  .promised = row.Int(13),
                  .also_waiting = row.Int(14)};
  quota.approval = row.Int(7) != 0;
  quota.priority = static_cast<int>(row.Int(8));
  quota.starts = FromMicros(row.Int(9));
  quota.ends = FromMicros(row.Int(10));
  quota.approvals_required = row.Int(11);
  quota.reapproval = row.Int(12) != 0;
  quota.code_required = row.Int(15) != 0;
  if (!row.Text(16).empty()) quota.within = CategoryName(event, row.Text(16));
  quota.calendar_changes = row.Int(17);
  return quota;
}

std::string QuotaId(QuotaKind kind, std::string_view name) {
  return kind == QuotaKind::kParty ? std::string(name) : IdOf(name);
}

std::vector<sql::Value> QuotaValues(std::string_view event, const QuotaRow& row) {
  return {event,
          static_cast<std::int64_t>(row.kind),
          QuotaId(row.kind, row.name),
          row.counts.size,
          row.counts.reserved,
          row.counts.taken,
          row.counts.waiting,
          row.counts.pending,
          std::int64_t{row.approval},
          std::int64_t{row.priority},
          ToMicros(row.starts),
          ToMicros(row.ends),
          row.approvals_required,
          std::int64_t{row.reapproval},
          row.counts.promised,
          row.counts.also_waiting,
          std::int64_t{row.code_required},
          row.within.empty() ? "" : IdOf(row.within),
          row.calendar_changes};
}

std::int64_t IsLimited(const QuotaRow& row) { return row.counts.size < kUnlimited ? 1 : 0; }

QuotaRow QuotaOf(const v1::AdmissionCategory& category) {
  QuotaRow quota;
  quota.name = category.name();
  quota.counts.size = category.quota();
  quota.counts.reserved = category.reserved();
  quota.approval = category.approval_required();
  quota.code_required = category.code_required();
  if (category.waiting_priority() != 0) quota.priority = category.waiting_priority();
  quota.approvals_required = category.approvals_required();
  quota.reapproval = category.reapproval();
  quota.starts = quota.ends = absl::UnixEpoch();
  return quota;
}

QuotaRow QuotaOf(const v1::Session& session) {
  QuotaRow quota;
  quota.kind = QuotaKind::kSession;
  quota.name = session.name();
  quota.counts.size = session.capacity() == 0 ? kUnlimited : session.capacity();
  quota.starts = TimeOf(session.start_time());
  quota.ends = TimeOf(session.end_time());
  quota.calendar_changes = session.calendar_changes();
  return quota;
}

QuotaRow QuotaOf(std::string_view event, const v1::EventAudience& audience) {
  QuotaRow quota;
  quota.kind = QuotaKind::kAudience;
  quota.name = AudienceName(event, audience.audience_id());
  quota.counts.size = audience.places_max() == 0 ? kUnlimited : audience.places_max();
  // The higher one counts, so the last changes nothing.
  quota.priority = audience.waiting_priority() == 0 ? kPriorityLast : audience.waiting_priority();
  quota.starts = quota.ends = absl::UnixEpoch();
  return quota;
}

QuotaRow QuotaOf(const v1::Voucher& voucher) {
  QuotaRow quota;
  quota.kind = QuotaKind::kVoucher;
  quota.name = voucher.name();
  quota.counts.size = voucher.uses_max();
  quota.starts = quota.ends = absl::UnixEpoch();
  if (!voucher.reserves_places()) return quota;
  quota.counts.reserved = voucher.uses_max();
  if (voucher.admission_categories_size() == 1) quota.within = voucher.admission_categories(0);
  return quota;
}

QuotaRow QuotaOfParty(const std::string& party, std::int64_t limit) {
  QuotaRow quota;
  quota.kind = QuotaKind::kParty;
  quota.name = party;
  quota.counts.size = limit;
  quota.starts = quota.ends = absl::UnixEpoch();
  return quota;
}

}  // namespace wici::registration
