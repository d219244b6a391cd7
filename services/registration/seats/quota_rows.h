// Rows of quotas: the counts of an admission category, a session, a party, an audience or a
// voucher, and the facts about it that a decision needs.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_QUOTA_ROWS_H_
#define WICI_SERVICES_REGISTRATION_SEATS_QUOTA_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/seats/rules/seats.h"
#include "services/registration/seats/rules/waiting_order.h"
#include "wici/registration/v1/admission_category.pb.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/session.pb.h"
#include "wici/registration/v1/voucher.pb.h"

namespace wici::registration {

enum class QuotaKind : std::int64_t {
  kCategory = 1,
  kSession = 2,
  kParty = 3,
  kAudience = 4,
  kVoucher = 7
};

inline constexpr std::int64_t kCategoriesMax = 50;  // of an event
inline constexpr std::int64_t kAudiencesMax = 50;   // of an event

struct QuotaRow {
  QuotaKind kind = QuotaKind::kCategory;
  std::string name;  // of the category, session, party, audience or voucher
  Quota counts;
  bool approval = false;                // of a category: its registrations need approval
  int priority = kPriorityDefault;      // of a category or an audience: on the waiting list
  absl::Time starts;                    // of a session
  absl::Time ends;                      // of a session
  std::int64_t approvals_required = 0;  // of a category: as the event says when 0
  bool reapproval = false;              // of a category: as the event says when false
  bool code_required = false;           // of a category
  std::string within;  // of a voucher: the category of whose places it keeps some, or ""
  std::int64_t calendar_changes = 0;  // of a session: what it has added to its SEQUENCE
};
QuotaRow ReadQuota(std::string_view event, const sql::Row& row);
// The values of kSaveQuotas.
std::vector<sql::Value> QuotaValues(std::string_view event, const QuotaRow& row);
// The `id` of the row of a quota of this name.
std::string QuotaId(QuotaKind kind, std::string_view name);

// 1 when the quota can be full, 0 for a session or audience without a number of places of its own.
std::int64_t IsLimited(const QuotaRow& row);

// The quota of a category, session or voucher as it says, with nothing taken.
QuotaRow QuotaOf(const v1::AdmissionCategory& category);
QuotaRow QuotaOf(const v1::Session& session);
QuotaRow QuotaOf(std::string_view event, const v1::EventAudience& audience);
QuotaRow QuotaOf(const v1::Voucher& voucher);
// The quota of a party that may have `limit` registrations.
QuotaRow QuotaOfParty(const std::string& party, std::int64_t limit);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_QUOTA_ROWS_H_
