// The part of MeetingStore about profiles.
#include <algorithm>
#include <set>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/meetings/rules/meeting_views.h"
#include "services/registration/meetings/store/meeting_reads.h"
#include "services/registration/meetings/store/meeting_store.h"
#include "services/registration/meetings/store/queries.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

constexpr int kPage = 1000;

// Ends what is open between `registration` and those it does not want to meet.
absl::Status EndMeetingsWith(MeetingTransaction& transaction, const std::string& registration,
                             const std::set<std::string>& unwanted) {
  std::string after;
  for (;;) {
    WICI_ASSIGN_OR_RETURN(
        const std::vector<MeetingRow> rows,
        ReadMeetingsOfPerson(
            transaction.sql(), registration,
            {v1::MEETING_STATE_REQUESTED, v1::MEETING_STATE_ACCEPTED, v1::MEETING_STATE_SCHEDULED},
            after, kPage));
    for (const MeetingRow& read : rows) {
      const bool asked = read.meeting.requester() == registration;
      const std::string& other = asked ? read.meeting.invitee() : read.meeting.requester();
      if (unwanted.count(other) == 0) continue;
      MeetingRow& row = *transaction.Keep(read);
      if (row.meeting.state() != v1::MEETING_STATE_REQUESTED) {
        WICI_RETURN_IF_ERROR(transaction.Cancel(row, "", ReasonOf::kOrganiser));
        continue;
      }
      WICI_RETURN_IF_ERROR(
          transaction.Apply(row, asked ? MeetingStep::kWithdraw : MeetingStep::kDecline));
      transaction.Record(asked ? "meeting.withdrawn" : "meeting.declined", row, other);
    }
    if (rows.size() < static_cast<std::size_t>(kPage)) return absl::OkStatus();
    after = IdOf(rows.back().meeting.name());
  }
}

}  // namespace

absl::StatusOr<v1::MeetingProfile> MeetingStore::GetProfile(absl::Time deadline,
                                                            std::string_view registration) {
  v1::MeetingProfile profile;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(ReadRegistrationOf(tx, registration).status());
    WICI_ASSIGN_OR_RETURN(MeetingProfileRow row, ReadProfile(tx, registration));
    profile = std::move(row.profile);
    return absl::OkStatus();
  }));
  return profile;
}

absl::StatusOr<std::vector<v1::MeetingProfile>> MeetingStore::ListProfiles(absl::Time deadline,
                                                                           std::string_view event,
                                                                           std::string_view except,
                                                                           std::string_view after,
                                                                           int limit) {
  std::vector<v1::MeetingProfile> profiles;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListMeetingProfiles,
                                     {event, after, except.empty() ? "" : IdOf(except), limit}));
    profiles.clear();
    for (const sql::Row& row : rows) profiles.push_back(ReadMeetingProfile(row).profile);
    return absl::OkStatus();
  }));
  return profiles;
}

absl::StatusOr<v1::MeetingProfile> MeetingStore::WithWords(
    absl::Time deadline, absl::StatusOr<v1::MeetingProfile> answer) {
  if (!answer.ok()) return answer;
  WICI_ASSIGN_OR_RETURN(const v1::MeetingProfile now, GetProfile(deadline, answer->registration()));
  CopyWords(now, *answer);
  return answer;
}

absl::StatusOr<v1::MeetingProfile> MeetingStore::ChangeProfile(const Call& call,
                                                               std::string_view registration,
                                                               std::string_view etag,
                                                               const EditProfile& edit) {
  const auto body = [&](sql::Transaction& tx,
                        Changes& changes) -> absl::StatusOr<v1::MeetingProfile> {
    WICI_ASSIGN_OR_RETURN(
        MeetingTransaction transaction,
        MeetingTransaction::Begin(tx, EventOf(registration), mutation_.clock().Now()));
    WICI_RETURN_IF_ERROR(ReadSeatedRegistration(tx, registration).status());
    WICI_ASSIGN_OR_RETURN(MeetingProfileRow row, ReadProfile(tx, registration));
    WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, row.profile.name(), etag, row.revision));
    const std::set<std::string> before(row.profile.vetoes().begin(), row.profile.vetoes().end());
    WICI_RETURN_IF_ERROR(edit(row.profile));
    std::set<std::string> unwanted(row.profile.vetoes().begin(), row.profile.vetoes().end());
    std::erase_if(unwanted, [&](const std::string& name) { return before.count(name) > 0; });
    if (!unwanted.empty()) {
      WICI_RETURN_IF_ERROR(EndMeetingsWith(transaction, row.profile.registration(), unwanted));
    }
    WICI_RETURN_IF_ERROR(transaction.Save(row));
    WICI_RETURN_IF_ERROR(transaction.Finish(changes));
    ClearWords(row.profile);
    return row.profile;
  };
  return WithWords(call.deadline, mutation_.Run<v1::MeetingProfile>(call, body));
}

absl::StatusOr<bool> ForgetMeetingWords(sql::Transaction& tx, std::string_view registration) {
  const std::string event = EventOf(registration);
  const std::string id = IdOf(registration);
  bool any = false;
  for (const sql::Query& query :
       {kForgetProfileWords, kForgetRequesterWords, kForgetInviteeWords}) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query, {event, id, sql::Bytes{}}));
    any = any || !rows.empty();
  }
  return any;
}

}  // namespace wici::registration
