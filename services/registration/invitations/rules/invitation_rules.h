// One invitation per (event, person), whatever the number of reasons. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_INVITATION_RULES_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_INVITATION_RULES_H_

#include <vector>

#include "wici/registration/v1/invitation.pb.h"

namespace wici::registration {

// Adds the clusters and reasons of `more` that `invitation` does not have yet; whether there were
// any.
bool MergeReasons(const v1::Invitation& more, v1::Invitation& invitation);

// The same people, each once, in the order they came first.
std::vector<v1::Invitation> MergePeople(const std::vector<v1::Invitation>& wanted);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_INVITATION_RULES_H_
