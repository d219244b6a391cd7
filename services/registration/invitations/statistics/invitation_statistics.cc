#include "services/registration/invitations/statistics/invitation_statistics.h"

#include <map>
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/registration/invitations/queries.h"
#include "services/registration/names.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/quota_rows.h"
#include "wici/registration/v1/invitation.pb.h"

namespace wici::registration {
namespace {

// Counts `count` invitations of one kind into `into`, the statistics of an event or an audience.
template <class Statistics>
void Count(v1::InvitationState state, v1::Answer answer, std::int32_t count, Statistics& into) {
  if (state == v1::INVITATION_STATE_REVOKED) return;
  into.set_invited(into.invited() + count);
  if (state == v1::INVITATION_STATE_DELEGATED) {
    into.set_delegated(into.delegated() + count);
  } else if (state == v1::INVITATION_STATE_EXPIRED) {
    into.set_expired(into.expired() + count);
  } else if (answer == v1::ANSWER_YES) {
    into.set_answered_yes(into.answered_yes() + count);
  } else if (answer == v1::ANSWER_NO) {
    into.set_answered_no(into.answered_no() + count);
  } else if (answer == v1::ANSWER_MAYBE) {
    into.set_answered_maybe(into.answered_maybe() + count);
  } else {
    into.set_not_answered(into.not_answered() + count);
  }
}

}  // namespace

absl::Status CountInvitations(sql::Transaction& tx, v1::EventStatistics& statistics) {
  const std::string& event = statistics.name();
  std::map<std::string, v1::AudienceStatistics> audiences;
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows quotas,
      tx.Execute(kListQuotas,
                 {event, static_cast<std::int64_t>(QuotaKind::kAudience), kAudiencesMax}));
  for (const sql::Row& row : quotas) {
    const QuotaRow quota = ReadQuota(event, row);
    v1::AudienceStatistics& audience = audiences[quota.name];
    audience.set_places_taken(static_cast<std::int32_t>(quota.counts.taken));
    audience.set_waitlisted(static_cast<std::int32_t>(quota.counts.waiting));
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows counts, tx.Execute(kCountInvitations, {event}));
  for (const sql::Row& row : counts) {
    const auto state = static_cast<v1::InvitationState>(row.Int(1));
    const auto answer = static_cast<v1::Answer>(row.Int(2));
    const auto count = static_cast<std::int32_t>(row.Int(3));
    Count(state, answer, count, statistics);
    if (state != v1::INVITATION_STATE_REVOKED && answer != v1::ANSWER_UNSPECIFIED) {
      statistics.set_answered(statistics.answered() + count);
    }
    const std::string& id = row.Text(0);
    Count(state, answer, count, audiences[id.empty() ? "" : AudienceName(event, id)]);
  }
  for (auto& [name, audience] : audiences) {
    audience.set_audience(name);
    *statistics.add_audiences() = std::move(audience);
  }
  return absl::OkStatus();
}

}  // namespace wici::registration
