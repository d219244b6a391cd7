// What the ways to make an invitation share: who has one already, and when answers are taken.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_INVITING_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_INVITING_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/sql/database.h"
#include "services/registration/invitations/invitation_rows.h"
#include "services/registration/invitations/rules/invitation_rules.h"
#include "services/registration/seats/seats_row.h"

namespace wici::registration {

// The invitations that some people have, and by what they are recognised.
struct KnownPeople {
  std::unordered_map<std::string, std::string> ids;     // known as -> id of the invitation
  std::unordered_map<std::string, InvitationRow> rows;  // by id

  // The invitation a person has already, or nullptr.
  InvitationRow* Find(const WantedPerson& person);
  // The rows of kInsertInvitationPeople for what is not known of a person yet.
  std::vector<std::vector<sql::Value>> Unknown(std::string_view event, const WantedPerson& person,
                                               const std::string& id) const;
};
absl::StatusOr<KnownPeople> LoadKnownPeople(sql::Transaction& tx, std::string_view event,
                                            const std::vector<WantedPerson>& people);

// A row that is not in the database yet.
InvitationRow NewInvitation(v1::Invitation invitation, std::string_view event,
                            const std::string& id, std::string person_key, absl::Time now);

// OK, or EVENT_NOT_PUBLISHED, EVENT_CANCELLED.
absl::Status CheckInvites(const SeatsRow& event);
// OK, or EVENT_CANCELLED, REGISTRATION_CLOSED.
absl::Status CheckTakesAnswers(const SeatsRow& event, absl::Time now);
// `time` lies after `now` and not after `until`, or INVALID_ARGUMENT about `field`.
absl::Status CheckBetween(std::string_view field, const google::protobuf::Timestamp& time,
                          absl::Time now, absl::Time until);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_INVITING_H_
